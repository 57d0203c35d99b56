-- name: request_lock_shift : E_REQUEST_NOT_FOUND
-- Before anything else is locked, in the order of those who end a shift: it stays as it is until the commit.
select s.id from programme.shift s join programme.request r on r.shift_id = s.id where r.id = $1 for share of s;

-- name: request_lock : E_REQUEST_NOT_FOUND
select r.id, r.status, r.participant_id, p.status as participant_status, r.shift_id, s.status as shift_status, s.started_at
  from programme.request r join programme.shift s on s.id = r.shift_id join programme.participant p on p.id = r.participant_id
 where r.id = $1 for update of r;

-- name: request_said : E_REQUEST_NOT_FOUND
-- For the audit trail; what the family was told stays out of it.
select json_build_object('status', r.status, 'participant', p.status)::text
  from programme.request r join programme.participant p on p.id = r.participant_id where r.id = $1;

-- name: request_review
update programme.request set status = $2::programme.request_status, reviewed_by = nullif($3::bigint, 0),
       reviewed_at = utc($4), updated = utc($4)
 where id = $1;

-- name: request_verify_participant
update programme.participant set status = 'verified', updated = utc($2) where id = $1;

-- name: request_decline_participant
update programme.participant set status = 'declined', updated = utc($2) where id = $1 and status = 'pending';

-- name: request_add_member
insert into programme.member (participant_id, shift_id, created, updated) values ($1, $2, utc($3), utc($3)) returning id;

-- name: request_missed_days
insert into programme.report (shift_id, task_id, member_id, task_date, status, created, updated)
select s.id, (s.tasks ->> extract(day from d)::text)::uuid, $2, d::date, 'not_participate', utc($4), utc($4)
  from programme.shift s
 cross join lateral generate_series(s.started_at, $3::date, interval '1 day') d
 where s.id = $1 and s.tasks ? extract(day from d)::text
on conflict (member_id, task_date) do nothing;

-- name: request_tell
insert into programme.outbox (key, participant_id, chat_id, kind, payload, priority)
select $2 || '/' || r.id || '/' || r.is_repeated, p.id, p.telegram_id, $2,
       jsonb_strip_nulls(jsonb_build_object('name', p.name, 'surname', p.surname, 'date', $3::text, 'text', $4::text)), 40
  from programme.request r join programme.participant p on p.id = r.participant_id
 where r.id = $1 and not p.telegram_blocked
on conflict (key) do nothing;

-- name: request_json : E_REQUEST_NOT_FOUND
select programme.as_request(r, p)::text
  from programme.request r join programme.participant p on p.id = r.participant_id where r.id = $1;
