-- name: account_get_id : E_ACCOUNT_NOT_FOUND
select id, uuid, username, email, name, surname, password, status, role, is_superuser, language, account.is_unconfirmed(account) as is_unconfirmed
  from account.account where id = $1;

-- name: account_get_uuid : E_ACCOUNT_NOT_FOUND
select id, uuid, username, email, name, surname, password, status, role, is_superuser, language, account.is_unconfirmed(account) as is_unconfirmed
  from account.account where uuid = $1;

-- name: account_get_username : E_ACCOUNT_NOT_FOUND
select id, uuid, username, email, name, surname, password, status, role, is_superuser, language, account.is_unconfirmed(account) as is_unconfirmed
  from account.account where username = $1 and username::text = $1::text;

-- name: account_get_email : E_ACCOUNT_NOT_FOUND
select id, uuid, username, email, name, surname, password, status, role, is_superuser, language, account.is_unconfirmed(account) as is_unconfirmed
  from account.account where email = $1;

-- name: account_get_any : E_ACCOUNT_NOT_FOUND
select id, uuid, username, email, name, surname, password, status, role, is_superuser, language, account.is_unconfirmed(account) as is_unconfirmed
  from account.account where case when $1::text ~ '^#[0-9]{1,9}$' then id = substr($1::text, 2)::bigint
            when $1::text like '%@%' then email = $1::citext
            else username = $1::citext end;

-- name: account_insert
insert into account.account (username, email, name, surname, password, password_changed_at, role, is_superuser, created, updated, username_typed, username_skeleton, email_claimed,
    email_confirmed_at, confirm_by, language)
values ($1, $2::citext, $3, $4, $5, utc($8), $6::account.role, $7, utc($8), utc($8), $9, $10, $11,
    case when $12::boolean and $2::citext is not null then utc($8) end, utc($13), $14)
returning id, uuid, username, email, name, surname, password, status, role, is_superuser, language, account.is_unconfirmed(account) as is_unconfirmed;

-- name: account_is_staff_email
select count(*) from account.account where email = $1 and role is not null;

-- name: account_without_look
select id, uuid, username, email, name, surname, password, status, role, is_superuser, language, account.is_unconfirmed(account) as is_unconfirmed
  from account.account where username is not null and username_typed is null
 order by id limit $1 for update skip locked;

-- name: account_look_set
update account.account set username_typed = $2, username_skeleton = $3 where id = $1;

-- Always in one order, so that two names cannot wait for each other.
-- name: account_lock_look
select pg_advisory_xact_lock(key)::text
  from (select distinct hashtextextended('account.username_skeleton ' || look, 0) as key
          from unnest(array[$1::text, $2::text]) look order by key) keys;

-- name: account_lookalikes
select count(*) from account.account where username_typed in ($1, $2) or username_skeleton in ($1, $2);

-- name: account_password_set : E_ACCOUNT_NOT_FOUND
update account.account set password = $2, password_changed_at = utc($3), updated = utc($3) where id = $1;

-- name: account_password_renew
update account.account set password = $3 where id = $1 and password = $2;

-- name: account_status_set : E_ACCOUNT_NOT_FOUND
update account.account
   set status = $2::account.status, status_reason = $3, status_at = utc($4), updated = utc($4)
 where id = $1;

-- name: account_role_set : E_ACCOUNT_NOT_FOUND
update account.account set role = $2::account.role, updated = utc($3) where id = $1;

-- name: account_lock_administrators
select id from account.account where role = 'administrator' and status = 'active' order by id for update;

-- name: account_other_administrators
select count(*) from account.account where role = 'administrator' and status = 'active' and id <> $1;

-- The twelve of the storage contract; whoever has another has been given it by name, or by a role.
-- name: account_permission_all
insert into account.permission (account_id, name) select $1, name from account.permission_name
 where name ~ '_(file|cdnserver|filesharelink)$'
on conflict do nothing;

-- name: account_permission_add
insert into account.permission (account_id, name) values ($1, $2) on conflict do nothing;

-- name: account_permission_known : E_INPUT
select name from account.permission_name where name = $1;

-- name: account_permission_drop
delete from account.permission where account_id = $1 and name = $2;
