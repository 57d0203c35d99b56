-- name: demo_phones_there
select count(*) from messenger.person;

-- $1 the first of them, who has a password; $2 the accounts of all. Theirs is the same.
-- name: demo_phone_passwords
update account.account a set password = f.password
  from account.account f where f.id = $1::bigint and a.id = any ($2::bigint[]);

-- Their first profile says what conf/messenger/demo.json has; every fifth is private, every third lets strangers invite it.
-- name: demo_phone_profiles
-- $1 the file, $2 accounts in its order
update messenger.profile p
   set team_name = w.team, description = w.title, private = w.at % 5 = 0, can_annonymous_invite = w.at % 3 = 0,
       data = format('{"phone":{"index":0,"value":{"mobile":{"index":0,"value":%s}}},"email":{"index":1,"value":{"work":{"index":0,"value":%s}}},'
                     '"address":{"index":2,"value":{"work":{"index":0,"value":%s}}}}',
                     to_json(w.phone), to_json(w.id || '@example.com'), to_json(w.city)),
       phone = format('{"mobile":%s}', to_json(w.phone)), email = format('{"work":%s}', to_json(w.id || '@example.com')),
       address = format('{"work":%s}', to_json(w.city))
  from rows from (json_to_recordset($1::json -> 'people') as (id text, team text, title text, phone text, city text), unnest($2::bigint[]))
       with ordinality as w (id, team, title, phone, city, account_id, at)
 where p.account_id = w.account_id;

-- Files whose bytes are still to come, and a card of each person that shows one.
-- name: demo_phone_cards
-- $1 accounts, $2 names of files
with pictures as (
    insert into messenger.upload (account_id, filename, original_filename, mimetype, size)
    select account_id, name, 'card.jpg', 'image/jpeg', 0 from unnest($1::bigint[], $2::text[]) w (account_id, name)
    returning account_id, filename
)
insert into messenger.card (profile_id, account_id, name, data, preview_url)
select p.id, p.account_id, p.team_name, json_build_object('image', '/uploads/' || u.filename)::text, '/uploads/' || u.filename
  from pictures u join messenger.profile p on p.account_id = u.account_id order by p.id;

-- Who is in one room follows whom, and has taken the cards of those; some ask to follow somebody private from elsewhere.
-- name: demo_phone_relations
-- $1 the file, $2 accounts
with people as (
    select w.id, p.id as profile_id, p.account_id, p.private, w.at
      from rows from (json_to_recordset($1::json -> 'people') as (id text), unnest($2::bigint[])) with ordinality as w (id, account_id, at)
      join messenger.profile p on p.account_id = w.account_id
), rooms as (
    select o.at as room, m.id from json_array_elements($1::json -> 'rooms') with ordinality as o (json, at),
           json_array_elements_text(o.json -> 'people') as m (id)
), pairs as (
    select distinct a.profile_id as one, a.account_id as one_account, b.profile_id as other, b.account_id as other_account, 1 as status
      from rooms ra join rooms rb on rb.room = ra.room and rb.id <> ra.id
      join people a on a.id = ra.id join people b on b.id = rb.id
), asked as (
    select a.profile_id, a.account_id, b.profile_id, b.account_id, 4
      from people a join people b on b.private and (a.at + 7) % 30 = b.at % 30
     where not exists (select from pairs where (one, other) = (a.profile_id, b.profile_id))
), related as (
    insert into messenger.relation (from_profile_id, from_account_id, to_profile_id, to_account_id, status)
    select * from pairs union all select * from asked
)
insert into messenger.subscription (card_id, card_profile_id, card_account_id, profile_id, account_id)
select k.id, k.profile_id, k.account_id, one, one_account from pairs join messenger.card k on k.profile_id = other;

-- Rooms whose first person has made them, and what was said there in the last days: somebody answers every half an hour or so.
-- name: demo_phone_talk
-- $1 the file, $2 accounts, $3 now
with people as (
    select w.id, p.id as profile_id, p.account_id, p.name
      from rows from (json_to_recordset($1::json -> 'people') as (id text), unnest($2::bigint[])) as w (id, account_id)
      join messenger.profile p on p.account_id = w.account_id
), plan as (
    select nextval(pg_get_serial_sequence('messenger.room', 'id')) as room_id, o.at, o.json ->> 'name' as name, o.json,
           coalesce((o.json ->> 'private')::boolean, true) as private, json_array_length(o.json -> 'talk') as said
      from json_array_elements($1::json -> 'rooms') with ordinality as o (json, at)
), inside as (
    select plan.room_id, plan.name as room_name, m.at, people.*, plan.said
      from plan, json_array_elements_text(plan.json -> 'people') with ordinality as m (id, at) join people on people.id = m.id
), room as (
    insert into messenger.room (id, name, created_by_profile_id, owner_profile_id, private, next_index, created, modified)
    select room_id, plan.name, i.profile_id, i.profile_id, plan.private, plan.said, utc($3) - interval '3 days', utc($3) - interval '3 days'
      from plan join inside i using (room_id) where i.at = 1 order by plan.at
), come as (
    insert into messenger.participant (room_id, profile_id, account_id, room_name, profile_name, joined_at, created, modified)
    select room_id, profile_id, account_id, room_name, name, utc($3) - interval '3 days', utc($3) - interval '3 days', utc($3) - interval '3 days'
      from inside order by room_id, at
    returning id, room_id, profile_id
)
insert into messenger.event (room_id, event_index, event_type, message, participant_id, created, modified)
select plan.room_id, line.at - 1, 'MESSAGE_POSTED', line.json ->> 1, come.id, said.at, said.at
  from plan, json_array_elements(plan.json -> 'talk') with ordinality as line (json, at)
  join people on people.id = line.json ->> 0 join come on come.profile_id = people.profile_id,
       lateral (select utc($3) - make_interval(mins => ((plan.said - line.at) * (23 + plan.at) + plan.at * 131)::integer) as at) said
 where come.room_id = plan.room_id
 order by said.at;

-- The demo's files whose bytes have not come.
-- name: demo_phone_pictures_missing
select u.id, u.account_id, u.filename, a.username
  from messenger.upload u join account.account a on a.id = u.account_id
 where u.server_id is null and u.original_filename = 'card.jpg' and a.email like '%@example.com' order by u.id;
