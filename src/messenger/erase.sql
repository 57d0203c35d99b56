-- name: phone_erase_profiles
select id as profile_id from messenger.profile where account_id = $1 order by id;

-- name: phone_erase_talk
-- Rooms are called by the names of those who were invited, and events tell who came and went.
with mine as (
    select t.id, t.room_id, t.profile_name from messenger.participant t where t.account_id = $1
), said as (
    update messenger.event e
       set event_type = case when e.event_type in ('MESSAGE_POSTED', 'MESSAGE_POSTED_IMAGE') then 'MESSAGE_DELETED' else e.event_type end,
           message = case when e.event_type in ('MESSAGE_POSTED', 'MESSAGE_POSTED_IMAGE', 'MESSAGE_DELETED') then $2
                          else replace(e.message, m.profile_name, $3) end
      from mine m where e.participant_id = m.id
), rooms as (
    update messenger.room r set name = replace(r.name, m.profile_name, $3)
      from mine m where r.id = m.room_id and char_length(m.profile_name) > 1 and strpos(r.name, m.profile_name) > 0
), others as (
    update messenger.participant t set room_name = replace(t.room_name, m.profile_name, $3)
      from mine m where t.room_id = m.room_id and t.account_id <> $1 and char_length(m.profile_name) > 1
       and strpos(t.room_name, m.profile_name) > 0
)
update messenger.participant set profile_name = $3, room_name = $3 where account_id = $1;

-- name: phone_erase_objects
-- Everything that lies in a store goes by the job that removes an upload.
insert into job.job (kind, subject, key, priority, max_tries)
select 'upload.remove', o.subject, o.subject, $2, $3
  from (select u.server_id || ' user_content/uploads/' || u.account_id || '/' || u.filename as subject
          from messenger.upload u where u.account_id = $1 and u.server_id is not null and u.deleted_at is null
        union all
        select f.server_id || ' user_content/bca_sync/' || f.account_id || '/sync_db.sqlite'
          from messenger.sync_file f where f.account_id = $1 and f.server_id is not null) o
on conflict (kind, key) do nothing;

-- name: phone_erase_rows
with cards as (
    delete from messenger.card where account_id = $1
), taken as (
    delete from messenger.subscription where account_id = $1
), relations as (
    delete from messenger.relation where from_account_id = $1 or to_account_id = $1
), reports as (
    update messenger.report set reporter_id = null, note = null where reporter_id = $1
), reported as (
    delete from messenger.report where profile_id in (select id from messenger.profile where account_id = $1)
), uploads as (
    delete from messenger.upload where account_id = $1
), copy as (
    delete from messenger.sync_file where account_id = $1
), pushes as (
    delete from messenger.push where token in (select push_token from account.session where account_id = $1)
), profiles as (
    update messenger.profile
       set name = $3, team_name = null, description = null, data = '{}', image_url = null, email = null, phone = null, address = null,
           sns = null, private = true, can_annonymous_invite = false, locked_at = coalesce(locked_at, utc($2)), why_locked = 'ERASED',
           deleted_at = coalesce(deleted_at, utc($2)), why_deleted = 'ERASED'
     where account_id = $1
)
delete from messenger.person where account_id = $1;

-- name: phone_gone
select a.id as account_id from account.account a
 where a.status = 'deactivated' and a.status_reason in ('ACCOUNT_LOCKED::USER_SELF_LOCKED', 'DELETED_BY_STAFF')
   and a.status_at < utc($1) - make_interval(secs => $2::double precision)
   and not a.is_superuser and a.role is null
 order by a.status_at limit $3;
