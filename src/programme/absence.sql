-- name: absence_whose
select m.id as member_id, s.started_at, s.finished_at,
       (select count(*) from programme.absence a where a.member_id = m.id and not a.is_staffs) as used
  from programme.member m join programme.shift s on s.id = m.shift_id and s.status in ('preparing', 'started')
 where m.participant_id = $1 and m.status = 'active'
 order by $2::date between s.started_at and s.finished_at desc, s.status = 'started' desc limit 1;

-- name: absence_lock_shift : E_MISSING
-- As who hears photos does: src/programme/shift.sql.
select m.id as member_id, s.started_at, s.finished_at, 0 as used
  from programme.member m join programme.shift s on s.id = m.shift_id and s.status in ('preparing', 'started')
 where m.id = $1 and m.status = 'active' for key share of s;

-- name: absence_lock_reports
select count(*) from (
    select id from programme.report where task_date between $2::date and $3::date and member_id = $1 order by task_date for update) locked;

-- name: absence_lock_member : E_MISSING
-- A morning that is just making this member's report holds its key until the commit, and whoever plans for the same
-- member waits here: the statements behind this one see what both have done.
select id from programme.member where id = $1 and status = 'active' for update;

-- name: absence_free
-- What of the days can be planned, whether one of them has a report that counts, and how many the family has used.
select count(*) filter (where a.day is null and not coalesce(r.status = 'not_participate' or r.has_photo, false)) as days,
       coalesce(bool_or(r.has_photo), false) as has_report,
       (select count(*) from programme.absence u where u.member_id = $1 and not u.is_staffs) as used
  from generate_series($2::date, $3::date, interval '1 day') d
  left join programme.absence a on a.member_id = $1 and a.day = d::date
  left join lateral (
      select r.status, r.status not in ('waiting', 'skipped', 'not_participate') or r.number_attempt > 0
             or exists (select from programme.photo_intake i where i.report_id = r.id) as has_photo
        from programme.report r where r.member_id = $1 and r.task_date = d::date) r on true;

-- name: absence_insert
-- What waits to be sent goes; what the sender has just taken may still arrive.
with added as (
    insert into programme.absence (member_id, day, kind, added_by, is_staffs, replaced)
    select $1::uuid, d::date, $4, nullif($5::bigint, 0), $6::boolean, r.status
      from generate_series($2::date, $3::date, interval '1 day') d
      left join programme.report r on r.member_id = $1 and r.task_date = d::date
     where r.id is null or (r.status in ('waiting', 'skipped') and r.number_attempt = 0
                            and not exists (select from programme.photo_intake i where i.report_id = r.id))
    on conflict (day, member_id) do nothing
    returning day, replaced
), changed as (
    update programme.report r set status = 'not_participate', updated = utc($7)
      from added where added.replaced is not null and r.member_id = $1 and r.task_date = added.day
), waiting as (
    -- Keys of what somebody asked for by hand have a further part, the moment.
    select o.id from programme.member m
      join programme.participant p on p.id = m.participant_id
      join programme.outbox o on o.chat_id = p.telegram_id and o.state = 'waiting' and o.kind in ('task', 'remind')
     where m.id = $1 and split_part(o.key, '/', 3) = $1::text
       and split_part(o.key, '/', 2) in (select day::text from added)
       for update of o skip locked
)
delete from programme.outbox where id in (select id from waiting);

-- name: absence_run
-- How many days in a row from $2 on the family has planned itself: each is as far from the first as its number says.
select count(*) from (select day - row_number() over (order by day)::integer as before
                        from programme.absence where member_id = $1 and day >= $2::date and not is_staffs) own
 where before = $2::date - 1;

-- name: absence_change
update programme.absence set kind = $4 where member_id = $1 and day between $2::date and $3::date and kind <> $4;

-- name: absence_count
select count(*) from programme.absence where member_id = $1 and day between $2::date and $3::date;

-- name: absence_remove
-- $4 the day whose task is current, $5 until when it is sent, $6 whether that is to come, $8 whether staff's days go,
-- too. A task that has been sent is not sent again: it has its key.
with gone as (
    delete from programme.absence
     where member_id = $1::uuid and day between $2::date and $3::date and ($8::boolean or not is_staffs) returning day, replaced
), restored as (
    update programme.report r
       set status = case when r.task_date < $4::date and g.replaced = 'waiting' then 'skipped'
                         else coalesce(g.replaced, 'waiting') end, updated = utc($7)
      from gone g
     where r.member_id = $1 and r.task_date = g.day and r.status = 'not_participate'
       and case when r.task_date < $4::date then g.replaced is not null
                else $6::boolean or g.replaced = 'skipped' or exists (
                    select from programme.outbox o where o.key = 'task/' || g.day || '/' || $1 and o.state <> 'failed') end
    returning r.task_date, r.task_id, r.status
), told as (
    insert into programme.outbox (key, participant_id, chat_id, kind, payload, not_after, priority)
    select 'task/' || r.task_date || '/' || m.id, p.id, p.telegram_id, 'task',
           jsonb_build_object('name', p.name, 'task_id', t.id, 'title', t.title, 'url', t.url, 'missed', false), utc($5), 40
      from restored r
      join programme.member m on m.id = $1
      join programme.participant p on p.id = m.participant_id
      join programme.task t on t.id = r.task_id
     where r.status = 'waiting' and $6::boolean and not p.telegram_blocked
    on conflict (key) do nothing
)
select (select count(*) from gone) as days, false as has_report,
       exists (select from programme.absence s where s.member_id = $1 and s.day between $2::date and $3::date
                  and s.is_staffs and not $8::boolean) as has_staffs,
       (select count(*) from programme.absence u where u.member_id = $1 and not u.is_staffs and u.day not in (select day from gone)) as used,
       exists (select from restored where status = 'waiting') as is_today;

-- name: absence_trim
-- The shift's days have changed: what is planned outside of them is of no use.
delete from programme.absence a using programme.member m
 where m.id = a.member_id and m.shift_id = $1 and a.day not between $2::date and $3::date;
