-- Rooms of a profile, each with the newest events of the window.
-- name: chat_rooms
select json_agg(messenger.as_room(r, $1::bigint, $2::bigint, messenger.events_of(r.id, -1, $3)) order by r.id)::text
  from messenger.participant t join messenger.room r on r.id = t.room_id and r.deleted_at is null
 where t.profile_id = $2::bigint and t.left_at is null;

-- name: chat_room_state
select r.id, r.private, r.owner_profile_id, r.name,
       exists (select from messenger.participant t where t.room_id = r.id and t.profile_id = $2::bigint and t.left_at is null) as inside,
       exists (select from messenger.participant t where t.room_id = r.id and t.account_id = $3::bigint and t.left_at is null) as somebody_inside
  from messenger.room r where r.id = $1 and r.deleted_at is null;

-- Whoever changes anything in a room has it first: what is read behind that is as the one before has left it.
-- name: chat_room_lock : E_ROOM_NOT_FOUND
select id from messenger.room where id = $1 and deleted_at is null for no key update;

-- name: chat_room_show
select messenger.as_room(r, $2::bigint, $3::bigint, case when $4::boolean then messenger.events_of(r.id, -1, $5) else '[]'::json end)::text
  from messenger.room r where r.id = $1;

-- name: chat_events
select messenger.events_of($1, $2::integer, $3::integer)::text;

-- name: chat_event_show
select messenger.as_event(e, t.profile_id)::text
  from messenger.event e join messenger.participant t on t.id = e.participant_id
 where e.room_id = $1 and e.id = $2 and e.created >= messenger.window_start();

-- A room of exactly these two.
-- name: chat_pair
select r.id
  from messenger.participant a
  join messenger.participant b on b.room_id = a.room_id and b.profile_id = $2::bigint and b.left_at is null
  join messenger.room r on r.id = a.room_id and r.deleted_at is null
 where a.profile_id = $1::bigint and a.left_at is null
   and (select count(*) from messenger.participant t where t.room_id = a.room_id and t.left_at is null) = 2
 order by r.id limit 1;

-- Two who invite each other at the same moment.
-- name: chat_pair_lock
select 1 from (select pg_advisory_xact_lock(hashtextextended('chat ' || least($1::bigint, $2::bigint) || ' ' || greatest($1::bigint, $2::bigint), 0))) l;

-- What becomes of invitations by profile $2 of account $3 into room $1 (0: a new one, in which the inviter is).
-- name: chat_judge
select w.id as profile_id, coalesce(p.name, '') as name, p.id is null as missing,
       messenger.invitation_code(
           p.id is null or p.locked_at is not null or p.deleted_at is not null,
           p.account_id = $3::bigint and p.id <> $2::bigint,
           p.id = $2::bigint,
           coalesce(r.private, true),
           $1::bigint = 0 or exists (select from messenger.participant t where t.room_id = $1::bigint and t.profile_id = $2::bigint and t.left_at is null),
           ($1::bigint = 0 and p.id = $2::bigint)
               or exists (select from messenger.participant t where t.room_id = $1::bigint and t.profile_id = p.id and t.left_at is null),
           exists (select from messenger.relation b where b.from_profile_id = p.id and b.to_account_id = $3::bigint and b.status = 3) or exists (select from messenger.relation b where b.from_profile_id = $2::bigint and b.to_account_id = p.account_id and b.status = 3),
           exists (select from messenger.relation f where f.from_profile_id = p.id and f.to_profile_id = $2::bigint and f.status in (1, 2)),
           p.can_annonymous_invite) as code
  from (select id, min(at) as at from unnest($4::bigint[]) with ordinality as u (id, at) group by id) w
  left join messenger.profile p on p.id = w.id
  left join messenger.room r on r.id = $1::bigint
 order by w.at;

-- name: chat_create
with room as (
    insert into messenger.room (name, description, created_by_profile_id, owner_profile_id, private)
    values ($3, $4, $1::bigint, $1::bigint, $5) returning id
), first as (
    insert into messenger.participant (room_id, profile_id, account_id, room_name, profile_name)
    select room.id, p.id, p.account_id, $3, p.name from room, messenger.profile p where p.id = $1::bigint and p.account_id = $2::bigint
    returning room_id
)
select room_id from first;

-- name: chat_inside
select count(*) from messenger.participant where room_id = $1 and left_at is null;

-- Lets profiles $2 in, in this order; each is an event with the text $3, whose {} is the name. The first event's index.
-- name: chat_admit
with come as (
    select p.id, p.account_id, p.name, row_number() over (order by w.at) as n, count(*) over () as total
      from unnest($2::bigint[]) with ordinality as w (id, at) join messenger.profile p on p.id = w.id
), taken as (
    update messenger.room set next_index = next_index + (select count(*) from come) where id = $1
    returning id, name, next_index - (select count(*) from come) as first
), inside as (
    insert into messenger.participant (room_id, profile_id, account_id, room_name, profile_name)
    select taken.id, come.id, come.account_id, taken.name, come.name from come, taken order by come.n
    on conflict (room_id, profile_id) do update
       set left_at = null, joined_at = now(), room_name = excluded.room_name, profile_name = excluded.profile_name
    returning id, profile_id
), told as (
    insert into messenger.event (room_id, event_index, event_type, message, participant_id)
    select taken.id, taken.first + come.n - 1, 'PARTICIPANT_IN', replace($3, '{}', come.name), inside.id
      from come join inside on inside.profile_id = come.id, taken order by come.n
    returning event_index
)
select min(event_index) from told;

-- $5: what stands for {} in a text of the server's own; null in people's.
-- name: chat_say
with taken as (
    update messenger.room set next_index = next_index + 1 where id = $1 returning id, next_index - 1 as at
)
insert into messenger.event (room_id, event_index, event_type, message, participant_id)
select taken.id, taken.at, $3::messenger.event_type, case when $5::text is null then $4 else replace($4, '{}', $5) end, t.id
  from taken join messenger.participant t on t.room_id = taken.id and t.profile_id = $2 and t.left_at is null
returning event_index, id;

-- Devices of everybody in the room hear of its events from $2 on, but not of those whom their owner blocks.
-- name: chat_tell
insert into messenger.push (token, event_id)
select distinct s.push_token, e.id
  from messenger.event e
  join messenger.participant by on by.id = e.participant_id
  join messenger.participant t on t.room_id = e.room_id and t.left_at is null
  join account.session s on s.account_id = t.account_id and s.face = 'messenger' and s.kind = 'refresh'
       and s.revoked_at is null and s.spent_at is null and s.expires > now() and s.push_token <> ''
 where e.room_id = $1 and e.event_index >= $2
   and not exists (select from messenger.relation b where b.from_account_id = t.account_id and b.to_account_id = by.account_id and b.status = 3)
 order by e.id;

-- name: chat_name_of
select name from messenger.profile where id = $1;

-- Who leaves hands over to the one who has been there longest; the last one takes the room along.
-- name: chat_leave
with gone as (
    update messenger.participant set left_at = now() where room_id = $1 and profile_id = $2::bigint and left_at is null returning room_id
), heir as (
    select t.profile_id from messenger.participant t
     where t.room_id = $1 and t.left_at is null and t.profile_id <> $2::bigint order by t.joined_at, t.id limit 1
)
update messenger.room r
   set owner_profile_id = coalesce(case when r.owner_profile_id = $2::bigint then (select profile_id from heir) end, r.owner_profile_id),
       deleted_at = case when (select profile_id from heir) is null then now() end
  from gone
 where r.id = gone.room_id and (r.owner_profile_id = $2::bigint or (select profile_id from heir) is null);

-- name: chat_rooms_of
select t.room_id from messenger.participant t join messenger.room r on r.id = t.room_id and r.deleted_at is null
 where t.profile_id = $1 and t.left_at is null order by t.room_id;

-- name: chat_change
update messenger.room
   set name = coalesce($2, name), description = coalesce($3, description), private = coalesce($4::boolean, private)
 where id = $1;

-- name: chat_heir
select case when p.id is null or p.locked_at is not null or p.deleted_at is not null then 404
            when t.id is null then 403 else 200 end
  from (select $2::bigint as id) w
  left join messenger.profile p on p.id = w.id
  left join messenger.participant t on t.room_id = $1 and t.profile_id = w.id and t.left_at is null;

-- name: chat_hand_over
update messenger.room set owner_profile_id = $2 where id = $1;
