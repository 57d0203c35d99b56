-- name: messenger_confirmed
update account.account set email_confirmed_at = utc($2), confirm_by = null, updated = utc($2)
 where id = $1 and email = $3 and email_confirmed_at is null;
