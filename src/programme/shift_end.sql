-- name: shift_tell_unseen
-- To whom nobody has answered: the shift is over ($2: the words).
insert into programme.outbox (key, participant_id, chat_id, kind, payload, priority)
select 'unseen/' || r.shift_id || '/' || p.id, p.id, p.telegram_id, 'text', jsonb_build_object('text', $2::text), 50
  from programme.request r join programme.participant p on p.id = r.participant_id
 where r.shift_id = $1 and r.status = 'pending' and not p.telegram_blocked
on conflict (key) do nothing;

-- name: shift_close_waiting
-- Not where a photo is still being fetched: it came in time.
update programme.report r set status = 'skipped', updated = utc($2) where shift_id = $1 and status = 'waiting'
   and not exists (select from programme.photo_intake i where i.report_id = r.id);

-- name: shift_decline_reviewing
-- A photo that Telegram has not given for a day comes too late; who was told to wait for it hears so.
with late as (
    delete from programme.photo_intake i using programme.report r where r.id = i.report_id and r.shift_id = $1
    returning i.id, i.chat_id, r.member_id
), told as (
    insert into programme.outbox (key, participant_id, chat_id, kind, payload, priority)
    select distinct on (m.id) 'photo/' || late.id || '/answer', p.id, p.telegram_id, 'text', jsonb_build_object('text', $3::text), 50
      from late
      join programme.member m on m.id = late.member_id
      join programme.participant p on p.id = m.participant_id
     where not p.telegram_blocked
    on conflict (key) do nothing
), closed as (
    update programme.report set status = 'skipped', updated = utc($2) where shift_id = $1 and status = 'waiting'
)
update programme.report r set status = 'declined', reviewed_at = utc($2), updated = utc($2)
  from programme.member m
 where r.shift_id = $1 and r.status = 'reviewing' and m.id = r.member_id;

-- name: shift_overdue
-- What has to end by the morning of $1: a day after its last one. What waits for reviews waits until a later morning
-- than the one that found them, however late that was: a run that is repeated leaves the reviewers their day.
select id, status, started_at, finished_at from programme.shift
 where (status = 'ready_for_complete' and greatest(ready_on, finished_at + 1) < $1::date)
    or (status = 'started' and finished_at + 1 <= $1::date)
 order by finished_at, id for update;
