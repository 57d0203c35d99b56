-- name: day_lock
select pg_advisory_xact_lock(hashtext('programme.daily'));

-- name: day_lock_part
-- Parts run beside each other, not beside the whole.
select pg_advisory_xact_lock_shared(hashtext('programme.daily')),
       pg_advisory_xact_lock(hashtext('programme.daily'), $1::integer);

-- name: day_is_past
-- A later day has been issued or is about to be.
select (exists (select from job.job where kind = 'programme.daily' and state = 'ready' and left(subject, 10) > $1::date::text)
        or exists (select from programme.report r join programme.shift s on s.id = r.shift_id
                    where s.status = 'started' and r.task_date > $1::date))::int;

-- name: day_memory
select set_config('work_mem', '32MB', true);

-- name: day_start_shift
update programme.shift set status = 'started', updated = utc($2)
 where status = 'preparing' and started_at <= $1::date
   and not exists (select from programme.shift where status = 'started')
returning id;

-- name: day_shift
-- Whoever ends the shift waits until the tasks are issued, or is waited for and has ended it: shift_lock.
select s.id, s.tasks ->> extract(day from $1::date)::text as task_id, t.title, t.url
  from programme.shift s left join programme.task t
    on t.id = (s.tasks ->> extract(day from $1::date)::text)::uuid
 where s.status = 'started' and s.started_at <= $1::date and s.finished_at >= $1::date
   for key share of s;

-- name: day_members
select count(*) from programme.member where shift_id = $1 and status = 'active';

-- Those that follow, up to the reminder, do their work for members from $1 to $2 (ids) only.

-- name: day_skip_open
-- Not where a photo is still being fetched: it came in time.
update programme.report r set status = 'skipped', updated = utc($4)
 where status = 'waiting' and task_date < $3::date and member_id between $1::uuid and $2::uuid
   and not exists (select from programme.photo_intake i where i.report_id = r.id);

-- name: day_keep_late
-- The statement before waited for the row of a photo that was being noted: that is seen only now.
update programme.report r set status = 'waiting'
  from programme.photo_intake i
 where i.report_id = r.id and r.status = 'skipped' and r.updated = utc($4)
   and r.task_date < $3::date and r.member_id between $1::uuid and $2::uuid;

-- name: day_exclude
with missed as (
    select r.member_id from programme.report r
     where r.shift_id = $3 and r.status = 'skipped' and r.member_id between $1::uuid and $2::uuid
       and r.task_date >= $4::date - $5::integer and r.task_date < $4::date
     group by r.member_id having count(*) >= $5::integer
), excluded as (
    update programme.member m set status = 'excluded', excluded_at = utc($6), updated = utc($6)
      from missed, programme.participant p
     where m.id = missed.member_id and m.status = 'active'
       and p.id = m.participant_id and not p.is_test_user
    returning m.id, m.participant_id, p.telegram_id, p.telegram_blocked
)
insert into programme.outbox (key, participant_id, chat_id, kind, payload, priority)
select 'excluded/' || id, participant_id, telegram_id, 'excluded', '{}', 50
  from excluded where not telegram_blocked
on conflict (key) do nothing;

-- name: day_fill_holes
-- Whose last report is older than yesterday's. One looks into an index a member: what the planner knows of
-- a table's newest day may be nothing, and its joins would then be of all with all.
insert into programme.report (shift_id, task_id, member_id, task_date, status, created, updated)
select m.shift_id, (s.tasks ->> extract(day from d)::text)::uuid, m.id, d::date, 'not_participate', utc($5), utc($5)
  from programme.shift s
  join programme.member m on m.shift_id = s.id and m.status = 'active' and m.id between $1::uuid and $2::uuid
   and (select y.id from programme.report y where y.member_id = m.id and y.task_date = $4::date - 1) is null
  join lateral (select max(task_date) as last from programme.report r where r.member_id = m.id) r on r.last < $4::date - 1
 cross join lateral generate_series(r.last + 1, $4::date - 1, interval '1 day') d
 where s.id = $3 and s.tasks ? extract(day from d)::text
on conflict (member_id, task_date) do nothing;

-- name: day_issue
-- In the members' order, so that neighbours in an index are written one after the other.
with issued as (
    insert into programme.report (shift_id, task_id, member_id, task_date, status, created, updated)
    select m.shift_id, $5, m.id, $4::date, case when a.day is null then 'waiting' else 'not_participate' end::programme.report_status,
           utc($6), utc($6)
      from programme.member m left join programme.absence a on a.member_id = m.id and a.day = $4::date
     where m.shift_id = $3 and m.status = 'active' and m.id between $1::uuid and $2::uuid order by m.id
    on conflict (member_id, task_date) do nothing
    returning member_id, status
)
insert into programme.outbox (key, participant_id, chat_id, kind, payload, not_after, priority)
select 'task/' || $4 || '/' || m.id, p.id, p.telegram_id, 'task',
       jsonb_build_object('name', p.name, 'task_id', $5::text, 'title', $7::text, 'url', $8::text, 'missed',
                          coalesce((select y.status in ('declined', 'skipped') from programme.report y
                                     where y.member_id = m.id and y.task_date = $4::date - 1), false)), utc($9), 90
  from issued i
  join programme.member m on m.id = i.member_id and m.id between $1::uuid and $2::uuid
  join programme.participant p on p.id = m.participant_id
 where i.status = 'waiting' and not p.telegram_blocked
on conflict (key) do nothing;

-- name: day_excuse
-- Who planned to be absent while their report was being made: whoever plans holds the member, which the report's key
-- waited for, so that only now it is seen.
with excused as (
    update programme.report r set status = 'not_participate', updated = utc($5)
      from programme.absence a
     where a.day = $4::date and a.member_id between $1::uuid and $2::uuid
       and r.task_date = a.day and r.member_id = a.member_id and r.shift_id = $3 and r.status = 'waiting' and r.created = utc($5)
    returning r.member_id
)
delete from programme.outbox o using excused where o.key = 'task/' || $4 || '/' || excused.member_id and o.state = 'waiting';

-- name: day_leave_out
-- Too late for the day's task: the day is there, and is nobody's.
insert into programme.report (shift_id, task_id, member_id, task_date, status, created, updated)
select shift_id, $5, id, $4::date, 'not_participate', utc($6), utc($6)
  from programme.member where shift_id = $3 and status = 'active' and id between $1::uuid and $2::uuid order by id
on conflict (member_id, task_date) do nothing;

-- name: day_lock_remind
-- In a statement of its own: the next one sees whom somebody else has just reminded.
select pg_advisory_xact_lock(hashtext('programme.remind'));

-- name: day_remind
-- Nobody twice in an hour, whoever asks. The day's own reminder has the key without a moment ($3).
with recent as materialized (
    select participant_id from programme.outbox
     where state in ('waiting', 'claimed', 'dispatched', 'sent', 'failed', 'presumed') and created > now() - interval '1 hour'
       and kind = 'remind' and split_part(key, '/', 2) = $1
)
insert into programme.outbox (key, participant_id, chat_id, kind, payload, not_after, priority)
select 'remind/' || $1 || '/' || m.id || $3, p.id, p.telegram_id, 'remind',
       jsonb_build_object('name', p.name, 'surname', p.surname), utc($2), 90
  from programme.shift s
  join programme.member m on m.shift_id = s.id and m.status = 'active'
  join programme.report r on r.member_id = m.id and r.task_date = $1::date and r.status = 'waiting'
  join programme.participant p on p.id = m.participant_id
 where s.status = 'started' and not p.telegram_blocked
   and not exists (select from programme.closed_day d where d.shift_id = s.id and d.day = $1::date)
   and not exists (select from recent where recent.participant_id = p.id)
on conflict (key) do nothing;
