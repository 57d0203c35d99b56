-- name: shift_lock_plans
-- Dates of two shifts are compared: who changes one must not overlook a change of the other.
select pg_advisory_xact_lock(hashtext('programme.shift'));

-- name: shift_others
-- The preparing and the started shift beside $1 (which may be null).
select (select started_at from programme.shift where status = 'preparing' and id is distinct from $1::uuid) as preparing_start,
       (select started_at from programme.shift where status = 'started' and id is distinct from $1::uuid) as running_start,
       (select finished_at from programme.shift where status = 'started' and id is distinct from $1::uuid) as running_finish;

-- name: shift_insert : E_NO_TASKS
-- The tasks are dealt at random to the days 1 to 31, from the start again when there are fewer.
insert into programme.shift (started_at, finished_at, title, final_message, tasks, created, updated)
select $1::date, $2::date, $3, $4, plan, utc($5), utc($5)
  from (select jsonb_object_agg(day::text, id) as plan
          from (select id, row_number() over (order by random()) as place, count(*) over () as tasks
                  from programme.task where not is_archived) t
          join generate_series(1, 31) day on (day - 1) % tasks = place - 1) p
 where plan is not null
returning id;

-- name: shift_test_requests
insert into programme.request (participant_id, shift_id, created, updated)
select id, $1, utc($2), utc($2) from programme.participant where is_test_user
on conflict do nothing;

-- name: shift_lock : E_SHIFT_NOT_FOUND
-- Everybody locks the shift before its members and reports. "for update" is for who changes its state, and keeps out
-- all others; "for no key update" for who reviews, one after the other; "for key share" for who issues tasks and hears
-- photos, which may go on beside each other and beside a review.
select id, status, started_at, finished_at from programme.shift where id = $1 for update;

-- name: shift_lock_review : E_SHIFT_NOT_FOUND
select id, status, started_at, finished_at from programme.shift where id = $1 for no key update;

-- name: shift_json : E_SHIFT_NOT_FOUND
select json_strip_nulls(programme.as_shift(s)) from programme.shift s where id = $1;

-- name: shift_said : E_SHIFT_NOT_FOUND
-- What staff can change, for the audit trail.
select json_build_object('started_at', started_at, 'finished_at', finished_at, 'title', title, 'final_message', final_message)::text
  from programme.shift where id = $1;

-- name: shift_update
update programme.shift set started_at = $2::date, finished_at = $3::date, title = $4, final_message = $5, updated = utc($6)
 where id = $1;

-- name: shift_tell_moved
insert into programme.outbox (key, participant_id, chat_id, kind, payload, priority)
select 'moved/' || $1::uuid || '/' || $3 || '/' || p.id, p.id, p.telegram_id, 'moved',
       jsonb_build_object('name', p.name, 'date', to_char($2::date, 'DD.MM.YYYY')), 50
  from programme.request r join programme.participant p on p.id = r.participant_id
 where r.shift_id = $1 and r.status <> 'declined' and not p.telegram_blocked
on conflict (key) do nothing;

-- name: shift_set_status
update programme.shift
   set status = $2::programme.shift_status, updated = utc($3),
       started_at = coalesce($4::date, started_at), finished_at = coalesce($5::date, finished_at),
       final_message = coalesce($6, final_message), ready_on = coalesce($7::date, ready_on)
 where id = $1;

-- name: shift_reviewing
-- In review, or with a photo that is still being fetched.
select (select count(*) from programme.report where shift_id = $1 and status = 'reviewing')
     + (select count(*) from programme.photo_intake i join programme.report r on r.id = i.report_id where r.shift_id = $1);

-- name: shift_say_farewell
-- To active members ($2 null: all, else that one) who have nothing in review.
insert into programme.outbox (key, participant_id, chat_id, kind, payload, priority)
select 'final/' || m.id, p.id, p.telegram_id, 'final',
       jsonb_build_object('name', p.name, 'surname', p.surname, 'points', m.numbers_lombaryers,
                          'template', s.final_message), 50
  from programme.shift s
  join programme.member m on m.shift_id = s.id and m.status = 'active' and ($2::uuid is null or m.id = $2::uuid)
  join programme.participant p on p.id = m.participant_id
 where s.id = $1 and not p.telegram_blocked
   and not exists (select from programme.report r where r.member_id = m.id and r.status = 'reviewing')
   and not exists (select from programme.photo_intake i join programme.report r on r.id = i.report_id
                    where r.member_id = m.id)
on conflict (key) do nothing;

-- name: shift_decline_requests
with declined as (
    update programme.request set status = 'declined', updated = utc($2)
     where shift_id = $1 and status = 'pending'
)
update programme.participant p set status = 'declined', updated = utc($2)
  from programme.request r
 where r.shift_id = $1 and r.participant_id = p.id and p.status = 'pending';

-- name: shift_tell_cancelled
insert into programme.outbox (key, participant_id, chat_id, kind, payload, priority)
select 'cancelled/' || s.id || '/' || p.id, p.id, p.telegram_id, 'text', jsonb_build_object('text', s.final_message), 50
  from programme.shift s
  join programme.request r on r.shift_id = s.id
  join programme.participant p on p.id = r.participant_id
 where s.id = $1 and not p.telegram_blocked
on conflict (key) do nothing;
