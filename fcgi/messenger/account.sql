-- name: messenger_username
select username from account.account where username = $1;

-- name: messenger_state
select status, status_reason, email_confirmed_at is not null as is_confirmed from account.account where id = $1;

-- name: messenger_account_set : E_PERSON_GONE
update account.account set username = coalesce($2, username), username_typed = coalesce($3, username_typed),
       username_skeleton = coalesce($4, username_skeleton), updated = utc($5)
 where id = $1;

