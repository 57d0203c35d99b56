-- name: invitation_insert
insert into account.invitation (name, surname, email, expires, created_by, created, updated)
values ($1, $2, $3, utc($4), nullif($5::bigint, 0), utc($6), utc($6))
returning id, email, token, us(expires) as expires;

-- name: invitation_all
select json_strip_nulls(coalesce(json_agg(account.as_invitation(i) order by i.email, i.created, i.id), '[]'))
  from account.invitation i
 where not exists (select from account.account a where a.email = i.email and a.role is not null);

-- name: invitation_lock : E_INVITE_NOT_FOUND
select id, email, token, us(expires) as expires from account.invitation where id = $1 for update;

-- name: invitation_expire
update account.invitation set expires = utc($2), updated = utc($3) where id = $1;

-- name: invitation_json : E_INVITE_NOT_FOUND
select json_strip_nulls(account.as_invitation(i)) from account.invitation i where id = $1;

-- name: invitation_by_token : E_CODE_INVALID
select json_strip_nulls(account.as_invitation(i)) from account.invitation i
 where token = $1 and expires > utc($2) and used_at is null;

-- name: invitation_lock_email
select id from account.invitation
 where email = (select email from account.invitation where token = $1) order by id for update;

-- name: invitation_take : E_CODE_INVALID
select id, email, token, us(expires) as expires from account.invitation
 where token = $1 and expires > utc($2) and used_at is null for update;

-- name: invitation_free_email
-- Whoever has the invitation's secret reads that mailbox; an account that only claims the address
-- does not. One that has confirmed it keeps it (E_EMAIL_TAKEN).
update account.account a
   set email = null, updated = utc($2),
       email_claimed = case when exists (select from account.account where email_claimed = $1) then a.email_claimed else a.email end
 where email = $1 and role is null and email_confirmed_at is null;

-- name: invitation_used
update account.invitation set expires = least(expires, utc($4)), used_at = case when id = $1 then utc($3) else used_at end,
       updated = utc($3)
 where email = $2;

-- name: invitation_is_staff
select count(*) from account.account where email = $1 and role is not null;

-- Whom invitation_free_email would not move out of the way.
-- name: invitation_is_somebody
select count(*) from account.account where email = $1 and email_confirmed_at is not null;

-- name: invitation_staff_json
select json_strip_nulls(account.as_staff(a)) from account.account a where id = $1;
