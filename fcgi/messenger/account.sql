-- name: messenger_username
select username from account.account where username = $1;

-- name: messenger_state
select status, status_reason, email_confirmed_at is not null as is_confirmed from account.account where id = $1;

-- name: messenger_account_set : E_PERSON_GONE
update account.account set username = coalesce($2, username), username_typed = coalesce($3, username_typed),
       username_skeleton = coalesce($4, username_skeleton), updated = utc($5)
 where id = $1;

-- name: messenger_user_set : E_PERSON_GONE
update messenger.person set nickname = coalesce($2, nickname), private = coalesce($3::boolean, private),
       description = coalesce($4, description), modified = utc($5), commit_id = messenger.new_commit_id()
 where account_id = $1;

-- name: messenger_hide
-- What somebody who has gone showed is there for nobody, until staff takes them back.
with person as (
    update messenger.person set deactivated_by = $2, modified = utc($3), commit_id = messenger.new_commit_id() where account_id = $1
), cards as (
    update messenger.card set locked_at = utc($3), why_locked = 'ACCOUNT_DEACTIVATED', locked_by = $2
     where account_id = $1 and locked_at is null
)
update messenger.profile set locked_at = utc($3), why_locked = 'ACCOUNT_DEACTIVATED', locked_by = $2
 where account_id = $1 and locked_at is null;
