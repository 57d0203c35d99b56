-- name: closed_day_waiting
-- A decision that may still be taken back is one.
select count(*) from programme.report r join programme.shift s on s.id = r.shift_id and s.status in ('started', 'ready_for_complete')
 where r.task_date = $1::date and r.status = 'reviewing'
   and not exists (select from programme.review_decision d where d.report_id = r.id);

-- name: closed_day_add
insert into programme.closed_day (shift_id, day, closed_by, closed_at)
select id, $1::date, nullif($2::bigint, 0), utc($3) from programme.shift
 where status in ('started', 'ready_for_complete') order by started_at desc limit 1
    on conflict on constraint closed_day_pkey do update set day = excluded.day;

-- name: closed_day_drop
delete from programme.closed_day d using programme.shift s
 where s.id = d.shift_id and s.status in ('started', 'ready_for_complete') and d.day = $1::date;
