-- name: mail_invitation
select i.name, i.email::text as email, i.token from account.invitation i
 where id = $1 and expires > utc($2) and used_at is null;

-- name: mail_account
select name, email::text as email, '' as token from account.account where uuid = $1 and email is not null;

-- name: sweep_sessions
delete from account.session where expires < utc($1) - interval '1 day';

-- name: sweep_familiar
delete from account.familiar where last_at < utc($1) - interval '30 days';

-- name: sweep_lockouts
-- Failures that are older count no more (lockout_count): names that strangers make up do not fill the table.
delete from account.lockout
 where last_at < utc($1) - make_interval(secs => $2::double precision) and coalesce(locked_until < utc($1), true);

-- name: sweep_unconfirmed
-- Whoever has left something here is somebody, confirmed or not: no row of another table may refer to the account.
delete from account.account a
 where confirm_by < utc($1) and email_confirmed_at is null and role is null and not is_superuser
   and not exists (select from storage.file f where f.account_id = a.id)
   and not exists (select from account.picture p where p.account_id = a.id);

-- name: sweep_email_tokens
delete from account.email_token where expires < utc($1);

-- name: sweep_pending
update account.account a set email_pending = null
 where email_pending is not null
   and not exists (select from account.email_token t where t.account_id = a.id and t.purpose in ('change_old', 'change_new'));
