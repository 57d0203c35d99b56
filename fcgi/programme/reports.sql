-- name: requests_list
select coalesce(json_agg(programme.as_request(r, p) order by r.created, r.id), '[]')
  from programme.request r join programme.participant p on p.id = r.participant_id
 where $1::text is null or r.status = $1::programme.request_status;

-- name: report_show : E_REPORT_NOT_FOUND
select json_strip_nulls(programme.as_report(r, a.uuid))
  from programme.report r left join account.account a on a.id = r.reviewed_by where r.id = $1;

-- name: reports_list
select r.shift_id, s.status as shift_status, s.started_at as shift_started_at, r.id as report_id, r.status as report_status,
       r.created::date as report_created_at, us(r.uploaded_at) as report_uploaded_at, a.uuid as updated_by,
       us(r.reviewed_at) as report_reviewed_at, p.name as user_name, p.surname as user_surname, t.id as task_id,
       t.title as task_title, t.url as task_url, r.report_url as photo_url
  from programme.report r
  join programme.shift s on s.id = r.shift_id
  join programme.member m on m.id = r.member_id
  join programme.participant p on p.id = m.participant_id
  join programme.task t on t.id = r.task_id
  left join account.account a on a.id = r.reviewed_by
 where r.shift_id = $1 and ($2::text is null or r.status = $2::programme.report_status)
 order by r.uploaded_at nulls last, r.id;

-- name: report_shift : E_SHIFT_NOT_FOUND
select id from programme.shift where id = $1;
