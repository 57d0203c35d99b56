-- name: today_lock_shift
-- Before the report, and in a statement of its own: the next one sees what this one waited for.
select count(*) from (
    select s.id from programme.member m join programme.shift s on s.id = m.shift_id and s.status = 'started'
     where m.participant_id = $1 and m.status = 'active' for key share of s) locked;

-- name: today_report
select r.id, r.status, r.number_attempt as attempts, r.task_date, us(r.created) as issued, us(r.updated) as changed,
       (select count(*) from programme.photo_intake i where i.report_id = r.id) as on_its_way,
       a.day is not null as is_absent, coalesce(a.is_staffs, false) as is_staffs
  from programme.member m
  join programme.shift s on s.id = m.shift_id and s.status = 'started'
  join programme.report r on r.member_id = m.id and r.task_date = $2::date
  left join programme.absence a on a.member_id = m.id and a.day = r.task_date
 where m.participant_id = $1 and m.status = 'active'
   for update of r;

-- name: today_earlier
select r.id, r.status, r.number_attempt as attempts, r.task_date, us(r.created) as issued, us(r.updated) as changed,
       (select count(*) from programme.photo_intake i where i.report_id = r.id) as on_its_way,
       a.day is not null as is_absent, coalesce(a.is_staffs, false) as is_staffs
  from programme.member m
  join programme.shift s on s.id = m.shift_id and s.status = 'started'
  join programme.report r on r.member_id = m.id and r.task_date between $2::date and $3::date and r.created <= utc($4)
  left join programme.absence a on a.member_id = m.id and a.day = r.task_date
 where m.participant_id = $1 and m.status = 'active'
 order by r.task_date desc limit 1
   for update of r;
