-- name: erase_person
with gone as (
    update account.account
       set username = null, username_typed = null, username_skeleton = null, email = null, email_claimed = null,
           email_confirmed_at = null, email_pending = null, email_trouble = null, confirm_by = null, language = null, picture_visibility = null, name = '', surname = '', nickname = null, password = null,
           is_superuser = false, role = null, status = 'deactivated', status_reason = 'erased',
           status_at = utc($2), updated = utc($2)
     where id = $1
), permissions as (
    delete from account.permission where account_id = $1
), roles as (
    delete from account.role_held where account_id = $1
), tokens as (
    delete from account.email_token where account_id = $1
), sessions as (
    delete from account.session where account_id = $1
), networks as (
    delete from account.familiar where account_id = $1
), factor as (
    delete from account.second_factor where account_id = $1
), recovery as (
    delete from account.recovery_code where account_id = $1
), history as (
    delete from storage.history where account_id = $1
), traces as (
    update account.audit set address = null where actor = $1
), links as (
    delete from storage.link l using storage.file f where f.id = l.file_id and f.account_id = $1
)
update storage.file set deleted_at = coalesce(deleted_at, utc($2)), name = 'erased ' || id, updated = utc($2)
 where account_id = $1;

-- name: erase_cards
-- The cards are withdrawn; what is drawn of them goes with the next sweep.
with member as (
    update cards.member set name = '', surname = '', latin_name = null, number = null, account_id = null, record_id = null, updated = utc($2)
     where account_id = $1 returning id
)
update cards.card c
   set status = 'withdrawn', withdrawn_at = coalesce(withdrawn_at, utc($2)), withdrawn_why = 'erased', record_id = null,
       version = version + 1, updated = utc($2)
  from member where c.member_id = member.id;

-- name: erase_invitations
delete from account.invitation where email = $1;
