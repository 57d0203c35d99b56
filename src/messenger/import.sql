-- Each of these takes a page of an older server's table as a JSON array of its rows, and answers with what became of them:
-- {"added": 1, "present": 2, "refused": {"why": 3}}. What is there already stays as it is, so a page may come again. An account
-- that was erased is known by its number and has no row of messenger.person any more: nothing of it comes back. What an account
-- that is deactivated showed comes hidden, as user_hide does it. A relation or a subscription that has come once and is not there any
-- more was ended by people here: it stays ended.

-- Accounts by their address: whoever is here already is the same person. The number stays where it is free.
-- name: import_users
with page as (
    select * from json_to_recordset($1::json) as x (uuid bigint, id text, nickname text, pw text, pw_changed_at timestamp, email text,
        email_verified boolean, last_login_date timestamp, locked_at timestamp, why_locked text, deactivated_at timestamp,
        why_deactivated text, private boolean, description text, profile_image text, role text, created_at timestamp,
        modified_at timestamp, commit_id text)
), judged as (
    select p.*, same.id as same_id,
           case when i.old_id is not null then 'present'
                when coalesce(p.email, '') = '' or coalesce(p.id, '') = '' or coalesce(p.nickname, '') = '' then 'without a name or an address'
                when same.id is null and exists (select from account.account a where a.username = p.id::citext) then 'user name is taken'
                when exists (select from messenger.person n where n.nickname = p.nickname::citext and n.account_id is distinct from same.id)
                    then 'nickname is taken'
                when row_number() over (partition by lower(p.email) order by p.uuid) > 1
                  or row_number() over (partition by lower(p.id) order by p.uuid) > 1
                  or row_number() over (partition by lower(p.nickname) order by p.uuid) > 1 then 'twice' end as state
      from page p left join messenger.imported_account i on i.old_id = p.uuid
      left join account.account same on same.email = p.email::citext
), good as (
    select j.*, coalesce(j.same_id, case when exists (select from account.account a where a.id = j.uuid)
                                    then nextval(pg_get_serial_sequence('account.account', 'id')) else j.uuid end) as new_id
      from judged j where j.state is null
), made as (
    insert into account.account (id, username, email, name, password, password_changed_at, status, status_reason, status_at,
           last_login_at, email_confirmed_at, created, updated)
    overriding system value
    select new_id, left(id, 100), left(email, 254), left(nickname, 100), pw, pw_changed_at at time zone 'UTC',
           (case when deactivated_at is not null then 'deactivated' when locked_at is not null then 'locked' else 'active' end)::account.status,
           coalesce(why_deactivated, why_locked), coalesce(deactivated_at, locked_at) at time zone 'UTC',
           last_login_date at time zone 'UTC', case when email_verified then created_at at time zone 'UTC' end,
           created_at at time zone 'UTC', modified_at at time zone 'UTC'
      from good where same_id is null
    returning id
), person as (
    insert into messenger.person (account_id, nickname, description, profile_image, private, created, modified)
    select new_id, left(nickname, 64), left(description, 2000), nullif(left(profile_image, 200), ''), coalesce(private, false),
           created_at at time zone 'UTC', modified_at at time zone 'UTC' from good
    on conflict (account_id) do nothing
), admin as (
    insert into account.permission (account_id, name)
    select new_id, 'can_manage_messenger' from good where role ~ '"admin"' on conflict do nothing
), noted as (
    insert into messenger.imported_account (old_id, account_id) select uuid, new_id from good returning old_id
)
select json_build_object('added', (select count(*) from noted), 'present', (select count(*) from judged where state = 'present'),
    'refused', (select coalesce(json_object_agg(state, n), '{}') from (select state, count(*) as n from judged where state <> 'present' group by state) r))::text;

-- name: import_profiles
with page as (
    select x.*, i.account_id, messenger.unwrapped(x.data) as plain, n.account_id is null as erased,
           case when a.status = 'deactivated' then coalesce(a.status_at, now()) end as hidden_at
      from json_to_recordset($1::json) as x (uuid bigint, user_id bigint, name text, team_name text, description text, data text,
        image_url text, email text, phone text, address text, sns text, locked_at timestamp, why_locked text, deleted_at timestamp,
        why_deleted text, private boolean, modifiable boolean, is_follow_list_public boolean, can_annonymous_invite boolean,
        created_at timestamp, modified_at timestamp, commit_id text)
      left join messenger.imported_account i on i.old_id = x.user_id
      left join messenger.person n on n.account_id = i.account_id left join account.account a on a.id = i.account_id
), judged as (
    select p.*, case when there.account_id = p.account_id then 'present'
                     when there.id is not null then 'number is taken'
                     when p.account_id is null then 'of no account'
                     when p.erased then 'of somebody who was erased'
                     when p.plain is null then 'data are no JSON object' end as state
      from page p left join messenger.profile there on there.id = p.uuid
), made as (
    insert into messenger.profile (id, account_id, name, team_name, description, data, image_url, email, phone, address, sns, private,
           modifiable, is_follow_list_public, can_annonymous_invite, locked_at, why_locked, deleted_at, why_deleted, created, modified, commit_id)
    select uuid, account_id, coalesce(nullif(left(trim(name), 128), ''), '?'), team_name, description, plain, image_url, email, phone, address,
           sns, coalesce(private, false), coalesce(modifiable, true), coalesce(is_follow_list_public, false),
           coalesce(can_annonymous_invite, false), coalesce(locked_at at time zone 'UTC', hidden_at),
           case when locked_at is null and hidden_at is not null then 'ACCOUNT_DEACTIVATED' else why_locked end, deleted_at at time zone 'UTC', why_deleted,
           created_at at time zone 'UTC', modified_at at time zone 'UTC',
           case when commit_id ~ '^[0-9a-f]{64}$' then commit_id else messenger.new_commit_id() end
      from judged where state is null
    returning id
)
select json_build_object('added', (select count(*) from made), 'present', (select count(*) from judged where state = 'present'),
    'refused', (select coalesce(json_object_agg(state, n), '{}') from (select state, count(*) as n from judged where state <> 'present' group by state) r))::text;

-- name: import_cards
with page as (
    select x.*, p.account_id, messenger.unwrapped(x.data) as plain, p.id as owner, n.account_id is null as erased,
           case when a.status = 'deactivated' then coalesce(a.status_at, now()) end as hidden_at
      from json_to_recordset($1::json) as x (uuid bigint, profile_id bigint, name text, data text, preview_url text, private boolean,
        modifiable boolean, locked_at timestamp, why_locked text, deleted_at timestamp, why_deleted text, created_at timestamp,
        modified_at timestamp, commit_id text)
      left join messenger.profile p on p.id = x.profile_id
      left join messenger.person n on n.account_id = p.account_id left join account.account a on a.id = p.account_id
), judged as (
    select p.*, case when there.profile_id = p.profile_id then 'present'
                     when there.id is not null then 'number is taken'
                     when p.owner is null then 'of no profile'
                     when p.erased then 'of somebody who was erased'
                     when coalesce(p.preview_url, '') = '' then 'without a picture'
                     when exists (select from messenger.card k where k.preview_url = p.preview_url)
                       or row_number() over (partition by p.preview_url order by p.uuid) > 1 then 'picture of another card' end as state
      from page p left join messenger.card there on there.id = p.uuid
), made as (
    insert into messenger.card (id, profile_id, account_id, name, data, preview_url, private, modifiable, locked_at, why_locked,
           deleted_at, why_deleted, created, modified, commit_id)
    select uuid, profile_id, account_id, coalesce(nullif(left(trim(name), 128), ''), '?'), coalesce(plain, data, ''), preview_url,
           coalesce(private, false), coalesce(modifiable, true), coalesce(locked_at at time zone 'UTC', hidden_at),
           case when locked_at is null and hidden_at is not null then 'ACCOUNT_DEACTIVATED' else why_locked end, deleted_at at time zone 'UTC',
           why_deleted, created_at at time zone 'UTC', modified_at at time zone 'UTC',
           case when commit_id ~ '^[0-9a-f]{64}$' then commit_id else messenger.new_commit_id() end
      from judged where state is null
    returning id
)
select json_build_object('added', (select count(*) from made), 'present', (select count(*) from judged where state = 'present'),
    'refused', (select coalesce(json_object_agg(state, n), '{}') from (select state, count(*) as n from judged where state <> 'present' group by state) r))::text;

-- name: import_relations
with page as (
    select x.*, f.account_id as from_account, t.account_id as to_account,
           array_position(array['FOLLOW', 'HIDE', 'BLOCK', 'FOLLOW_REQUESTED'], x.status) as number
      from json_to_recordset($1::json) as x (uuid bigint, from_profile_id bigint, to_profile_id bigint, status text,
        created_at timestamp, modified_at timestamp, commit_id text)
      left join messenger.profile f on f.id = x.from_profile_id left join messenger.profile t on t.id = x.to_profile_id
), judged as (
    select p.*, case when (there.from_profile_id, there.to_profile_id) = (p.from_profile_id, p.to_profile_id) then 'present'
                     when there.id is not null then 'number is taken'
                     when p.from_account is null or p.to_account is null then 'of no profile'
                     when not exists (select from messenger.person n where n.account_id = p.from_account)
                       or not exists (select from messenger.person n where n.account_id = p.to_account) then 'of somebody who was erased'
                     when exists (select from messenger.imported_relation i where i.id = p.uuid) then 'ended here since'
                     when p.from_profile_id = p.to_profile_id then 'to itself'
                     when p.number is null then 'of no known kind'
                     when exists (select from messenger.relation r where (r.from_profile_id, r.to_profile_id) = (p.from_profile_id, p.to_profile_id))
                       or row_number() over (partition by p.from_profile_id, p.to_profile_id order by p.uuid) > 1 then 'twice' end as state
      from page p left join messenger.relation there on there.id = p.uuid
), made as (
    insert into messenger.relation (id, from_profile_id, from_account_id, to_profile_id, to_account_id, status, created, modified, commit_id)
    select uuid, from_profile_id, from_account, to_profile_id, to_account, number, created_at at time zone 'UTC', modified_at at time zone 'UTC',
           case when commit_id ~ '^[0-9a-f]{64}$' then commit_id else messenger.new_commit_id() end
      from judged where state is null
    returning id
), noted as (
    insert into messenger.imported_relation select id from made
)
select json_build_object('added', (select count(*) from made), 'present', (select count(*) from judged where state = 'present'),
    'refused', (select coalesce(json_object_agg(state, n), '{}') from (select state, count(*) as n from judged where state <> 'present' group by state) r))::text;

-- name: import_subscriptions
with page as (
    select x.*, k.profile_id as card_profile, k.account_id as card_account, p.account_id
      from json_to_recordset($1::json) as x (uuid bigint, card_id bigint, subscribed_profile_id bigint, created_at timestamp,
        modified_at timestamp, commit_id text)
      left join messenger.card k on k.id = x.card_id left join messenger.profile p on p.id = x.subscribed_profile_id
), judged as (
    select p.*, case when (there.card_id, there.profile_id) = (p.card_id, p.subscribed_profile_id) then 'present'
                     when there.id is not null then 'number is taken'
                     when p.card_account is null or p.account_id is null then 'of no card or profile'
                     when not exists (select from messenger.person n where n.account_id = p.card_account)
                       or not exists (select from messenger.person n where n.account_id = p.account_id) then 'of somebody who was erased'
                     when exists (select from messenger.imported_subscription i where i.id = p.uuid) then 'ended here since'
                     when exists (select from messenger.subscription s where (s.card_id, s.profile_id) = (p.card_id, p.subscribed_profile_id))
                       or row_number() over (partition by p.card_id, p.subscribed_profile_id order by p.uuid) > 1 then 'twice' end as state
      from page p left join messenger.subscription there on there.id = p.uuid
), made as (
    insert into messenger.subscription (id, card_id, card_profile_id, card_account_id, profile_id, account_id, created, modified, commit_id)
    select uuid, card_id, card_profile, card_account, subscribed_profile_id, account_id, created_at at time zone 'UTC', modified_at at time zone 'UTC',
           case when commit_id ~ '^[0-9a-f]{64}$' then commit_id else messenger.new_commit_id() end
      from judged where state is null
    returning id
), noted as (
    insert into messenger.imported_subscription select id from made
)
select json_build_object('added', (select count(*) from made), 'present', (select count(*) from judged where state = 'present'),
    'refused', (select coalesce(json_object_agg(state, n), '{}') from (select state, count(*) as n from judged where state <> 'present' group by state) r))::text;

-- Rooms come with those who are in them: of two rows of a profile in one room the older counts. An owner who is not inside
-- hands over to the one who has been there longest; nobody inside: the room is over, and the owner has left it.
-- name: import_rooms
with page as (
    select x.*, p.account_id as owner_account, p.name as owner_name
      from json_to_recordset($1::json) as x (uuid bigint, name text, description text, created_by_profile_id bigint, owner_profile_id bigint,
        deleted_at timestamp, locked boolean, private boolean, created_at timestamp, modified_at timestamp, commit_id text, participants json)
      left join messenger.profile p on p.id = x.owner_profile_id
), judged as (
    select p.*, case when there.id is not null and there.created = p.created_at at time zone 'UTC' then 'present'
                     when there.id is not null then 'number is taken'
                     when p.owner_account is null then 'of no profile' end as state
      from page p left join messenger.room there on there.id = p.uuid
), inside as (
    select distinct on (j.uuid, t.profile_id) j.uuid as room_id, j.name as the_room, t.*, p.account_id, p.name as the_name
      from judged j, json_to_recordset(coalesce(j.participants, '[]')) as t (uuid bigint, profile_id bigint, room_name text, profile_name text,
             created_at timestamp, modified_at timestamp, commit_id text)
      join messenger.profile p on p.id = t.profile_id join messenger.person n on n.account_id = p.account_id
     where j.state is null and not exists (select from messenger.participant o where o.id = t.uuid)
     order by j.uuid, t.profile_id, t.uuid
), room as (
    insert into messenger.room (id, name, description, created_by_profile_id, owner_profile_id, private, locked, deleted_at, created, modified, commit_id)
    select uuid, coalesce(nullif(left(trim(name), 128), ''), '?'), description,
           (select p.id from messenger.profile p where p.id = created_by_profile_id),
           coalesce((select i.profile_id from inside i where i.room_id = j.uuid order by i.profile_id = j.owner_profile_id desc, i.uuid limit 1), owner_profile_id),
           coalesce(private, true), coalesce(locked, false),
           coalesce(deleted_at at time zone 'UTC', case when not exists (select from inside i where i.room_id = j.uuid) then now() end),
           created_at at time zone 'UTC', modified_at at time zone 'UTC',
           case when commit_id ~ '^[0-9a-f]{64}$' then commit_id else messenger.new_commit_id() end
      from judged j where state is null
    returning id
), live as (
    insert into messenger.participant (id, room_id, profile_id, account_id, room_name, profile_name, joined_at, created, modified, commit_id)
    select uuid, room_id, profile_id, account_id, coalesce(room_name, the_room, '?'), coalesce(profile_name, the_name),
           created_at at time zone 'UTC', created_at at time zone 'UTC', modified_at at time zone 'UTC',
           case when commit_id ~ '^[0-9a-f]{64}$' then commit_id else messenger.new_commit_id() end
      from inside
), gone as (
    insert into messenger.participant (room_id, profile_id, account_id, room_name, profile_name, left_at)
    select uuid, owner_profile_id, owner_account, coalesce(name, '?'), owner_name, now()
      from judged j where state is null and not exists (select from inside i where i.room_id = j.uuid)
)
select json_build_object('added', (select count(*) from room), 'present', (select count(*) from judged where state = 'present'),
    'refused', (select coalesce(json_object_agg(state, n), '{}') from (select state, count(*) as n from judged where state <> 'present' group by state) r))::text;

-- Events come by rooms, all of one at once: their indexes are given anew in their order, where some were there twice. Whoever
-- caused one and is not in the room has left it.
-- name: import_events
with page as (
    select x.uuid as room_id, e.*
      from json_to_recordset($1::json) as x (uuid bigint, events json),
           json_to_recordset(coalesce(x.events, '[]')) as e (uuid bigint, event_index integer, event_type text, message text,
             caused_by_profile_id bigint, created_at timestamp, modified_at timestamp, commit_id text)
), judged as (
    select p.*, r.id as the_room, f.account_id, f.name as the_name,
           case when r.id is null then 'of no room'
                when exists (select from messenger.event e where e.room_id = p.room_id) then 'present'
                when f.id is null then 'of no profile'
                when not exists (select from messenger.person n where n.account_id = f.account_id) then 'of somebody who was erased'
                when p.event_type is null or p.event_type not in ('PARTICIPANT_IN', 'PARTICIPANT_OUT', 'PARTICIPANT_KICKED', 'MESSAGE_POSTED',
                     'MESSAGE_POSTED_IMAGE', 'MESSAGE_DELETED') then 'of no known kind' end as state
      from page p left join messenger.room r on r.id = p.room_id left join messenger.profile f on f.id = p.caused_by_profile_id
), gone as (
    insert into messenger.participant (room_id, profile_id, account_id, room_name, profile_name, left_at)
    select j.room_id, j.caused_by_profile_id, j.account_id, (select r.name from messenger.room r where r.id = j.room_id),
           j.the_name, now()
      from (select distinct on (room_id, caused_by_profile_id) * from judged where state is null) j
    on conflict (room_id, profile_id) do nothing
    returning id, room_id, profile_id
), made as (
    insert into messenger.event (id, room_id, event_index, event_type, message, participant_id, created, modified, commit_id)
    select j.uuid, j.room_id, row_number() over (partition by j.room_id order by j.event_index, j.uuid) - 1, j.event_type::messenger.event_type,
           coalesce(j.message, ''), coalesce(t.id, g.id), j.created_at at time zone 'UTC', j.modified_at at time zone 'UTC',
           case when j.commit_id ~ '^[0-9a-f]{64}$' then j.commit_id else messenger.new_commit_id() end
      from judged j
      left join messenger.participant t on t.room_id = j.room_id and t.profile_id = j.caused_by_profile_id
      left join gone g on g.room_id = j.room_id and g.profile_id = j.caused_by_profile_id
     where j.state is null
    on conflict (id) do nothing
    returning room_id, event_index
), counted as (
    update messenger.room r set next_index = m.next
      from (select room_id, max(event_index) + 1 as next from made group by room_id) m where r.id = m.room_id
)
select json_build_object('added', (select count(*) from made), 'present', (select count(*) from judged where state = 'present'),
    'refused', (select coalesce(json_object_agg(state, n), '{}') from (select state, count(*) as n from judged where state <> 'present' group by state) r))::text;

-- name: import_files
with page as (
    select x.*, i.account_id
      from json_to_recordset($1::json) as x (uuid bigint, uploaded_by_id bigint, mimetype text, size bigint, filename text,
        original_filename text, additional_data text, alternative_data text, post_process_data text, locked_at timestamp, why_locked text,
        deleted_at timestamp, private boolean, readable boolean, writable boolean, created_at timestamp, modified_at timestamp, commit_id text)
      left join messenger.imported_account i on i.old_id = x.uploaded_by_id
), judged as (
    select p.*, case when there.account_id = p.account_id and there.filename = p.filename then 'present'
                     when there.id is not null then 'number is taken'
                     when p.account_id is null then 'of no account'
                     when not exists (select from messenger.person n where n.account_id = p.account_id) then 'of somebody who was erased'
                     when coalesce(p.filename, '') !~ '^[A-Za-z0-9_.-]{1,200}$' then 'file name is none of ours'
                     when exists (select from messenger.upload u where u.filename = p.filename) then 'file name is taken' end as state
      from page p left join messenger.upload there on there.id = p.uuid
), made as (
    -- Names may begin with _, which the older server could not give out.
    insert into messenger.upload (id, account_id, filename, original_filename, mimetype, size, additional_data, alternative_data,
           post_process_data, private, readable, writable, locked_at, why_locked, deleted_at, created, modified, commit_id)
    select uuid, account_id, filename, coalesce(original_filename, filename), coalesce(mimetype, 'application/octet-stream'), coalesce(size, 0),
           additional_data, alternative_data, post_process_data, coalesce(private, false), coalesce(readable, true), coalesce(writable, false),
           locked_at at time zone 'UTC', why_locked, deleted_at at time zone 'UTC', created_at at time zone 'UTC', modified_at at time zone 'UTC',
           case when commit_id ~ '^[0-9a-f]{64}$' then commit_id else messenger.new_commit_id() end
      from judged where state is null and filename ~ '^[A-Za-z0-9]'
    returning id
)
select json_build_object('added', (select count(*) from made), 'present', (select count(*) from judged where state = 'present'),
    'refused', (select coalesce(json_object_agg(state, n), '{}') from (
        select coalesce(state, 'file name is none of ours') as state, count(*) as n from judged
         where state <> 'present' or (state is null and filename !~ '^[A-Za-z0-9]') group by 1) r))::text;

-- New rows are numbered behind what has come, and what is made on the way behind what is still to come: $1 the largest
-- number of the older users, $2 of the older participants.
-- name: import_numbers
select setval('account.account_id_seq', greatest((select max(id) from account.account), (select last_value from account.account_id_seq), $1::bigint)),
       setval('messenger.participant_id_seq', greatest((select max(id) from messenger.participant), (select last_value from messenger.participant_id_seq), $2::bigint)),
       setval('messenger.profile_id_seq', greatest((select max(id) from messenger.profile), (select last_value from messenger.profile_id_seq))),
       setval('messenger.relation_id_seq', greatest((select max(id) from messenger.relation), (select last_value from messenger.relation_id_seq))),
       setval('messenger.card_id_seq', greatest((select max(id) from messenger.card), (select last_value from messenger.card_id_seq))),
       setval('messenger.subscription_id_seq', greatest((select max(id) from messenger.subscription), (select last_value from messenger.subscription_id_seq))),
       setval('messenger.room_id_seq', greatest((select max(id) from messenger.room), (select last_value from messenger.room_id_seq))),
       setval('messenger.event_id_seq', greatest((select max(id) from messenger.event), (select last_value from messenger.event_id_seq))),
       setval('messenger.upload_id_seq', greatest((select max(id) from messenger.upload), (select last_value from messenger.upload_id_seq)));
