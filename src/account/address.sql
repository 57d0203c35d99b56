-- name: address_pending
update account.account set email_pending = $2, updated = utc($3) where id = $1;

-- name: address_stands : E_EMAIL_TOKEN
with locked as (
    select * from account.account where id = $1 for update
)
select a.id, a.uuid, a.email, a.email_pending as pending, a.email_confirmed_at is not null as confirmed,
       exists (select from account.email_token t
                where t.account_id = a.id and t.purpose = 'change_new' and t.address = a.email_pending and t.used_at is not null) as new_agreed,
       exists (select from account.email_token t
                where t.account_id = a.id and t.purpose = 'change_old' and t.used_at is not null) as old_agreed,
       exists (select from account.email_token t where t.account_id = a.id and t.purpose = 'change_old') as old_asked
  from locked a;

-- name: address_put
update account.account
   set email = $2, email_confirmed_at = utc($3), email_pending = null, email_claimed = null, email_trouble = null,
       confirm_by = null, updated = utc($3)
 where id = $1;

-- name: address_take_back
update account.account
   set email = $2, email_confirmed_at = utc($3), email_pending = null, email_trouble = null, password = null,
       password_changed_at = utc($3), updated = utc($3)
 where id = $1;
