-- name: messenger_admin_user : E_PERSON_GONE
select nickname, description from messenger.person where account_id = $1;

-- A mailed link that has not been used is good for nothing.
-- name: messenger_admin_link_delete : E_LINK_USED
delete from account.email_token where id = $1 and purpose like 'phone%';

-- name: messenger_admin_show
-- What the deactivation of an account has hidden is there again.
with cards as (
    update messenger.card set locked_at = null, why_locked = null, locked_by = null
     where account_id = $1 and why_locked = 'ACCOUNT_DEACTIVATED'
)
update messenger.profile set locked_at = null, why_locked = null, locked_by = null
 where account_id = $1 and why_locked = 'ACCOUNT_DEACTIVATED';
