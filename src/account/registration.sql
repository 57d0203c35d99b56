-- name: registration_lock
select id from account.account where id = $1 for update;

-- name: registration_confirmed : E_EMAIL_TOKEN
update account.account
   set email_confirmed_at = coalesce(email_confirmed_at, utc($2)), confirm_by = null, email_trouble = null, updated = utc($2)
 where id = $1 and email is not null;

-- name: registration_repeats
select count(*) from account.email_token where account_id = $1 and purpose = 'confirm' and is_repeat;

-- name: registration_forget_password
update account.account set password = null, password_changed_at = utc($2), updated = utc($2) where id = $1;
