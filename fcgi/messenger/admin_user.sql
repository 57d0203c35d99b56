-- name: messenger_admin_user : E_PERSON_GONE
select nickname, description from messenger.person where account_id = $1;

-- A mailed link that has not been used is good for nothing.
-- name: messenger_admin_link_delete : E_LINK_USED
delete from account.email_token where id = $1 and purpose like 'phone%';
