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
