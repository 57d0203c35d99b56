-- name: shifts_list
-- $1 the statuses wanted, blank-separated, or null; $2 how to sort, or null
select json_strip_nulls(coalesce(json_agg(shown order by place), '[]'))
  from (select row_number() over (order by
                   case when $2::text = 'status' then s.status end,
                   case when $2::text = 'started_at' then s.started_at end,
                   case when $2::text = 'finished_at' then s.finished_at end,
                   s.started_at desc, s.sequence_number desc) as place,
               (left(programme.as_shift(s)::text, -1) || ',"total_users":'
                   || (select coalesce(sum(z.members), 0) from programme.shift_size z where z.shift_id = s.id) || '}')::json as shown
          from programme.shift s
         where $1::text is null or s.status::text = any(string_to_array($1, ' '))) listed;

-- name: shift_show : E_SHIFT_NOT_FOUND
select json_strip_nulls(programme.as_shift(s)) from programme.shift s where id = $1;

-- name: shift_members
-- All members and their reports in one pass: members by name, reports by day. There may be millions of reports, so the text
-- is put together here: building JSON and taking the blanks out of it again costs several times as much.
select '{"members":[' || coalesce(string_agg(
           '{"id":"' || m.id || '","status":"' || m.status || '","user":{"id":"' || p.id || '","name":' || to_json(p.name)
           || ',"surname":' || to_json(p.surname) || ',"date_of_birth":' || to_json(p.date_of_birth) || ',"city":' || to_json(p.city)
           || ',"phone_number":' || to_json(p.phone_number) || '},"reports":[' || coalesce(r.reports, '') || ']}',
           ', ' order by p.name, p.surname, m.id), '') || ']}'
  from programme.member m
  join programme.participant p on p.id = m.participant_id
  left join (select member_id, string_agg('{"task_id":"' || task_id || '","status":"' || status || '","task_date":'
                                          || to_json(task_date) || '}', ',' order by task_date) as reports
               from programme.report where shift_id = $1 group by member_id) r on r.member_id = m.id
 where m.shift_id = $1 and ($2::text is null or m.status = $2::programme.member_status);

-- name: shift_requests
select coalesce(json_agg(json_build_object('user_id', p.id, 'name', p.name, 'surname', p.surname,
           'date_of_birth', p.date_of_birth, 'city', p.city, 'phone_number', p.phone_number,
           'request_id', r.id, 'request_status', r.status) order by r.created, r.id), '[]')
  from programme.request r join programme.participant p on p.id = r.participant_id
 where r.shift_id = $1 and ($2::text is null or r.status = $2::programme.request_status);

-- name: shift_progress
select coalesce(json_agg(json_build_object('date', day, 'issued', issued, 'sent', sent, 'reported', reported,
           'reviewed', reviewed, 'skipped', skipped) order by day), '[]')
  from (select r.task_date as day, count(*) filter (where r.status <> 'not_participate') as issued,
               count(o.id) + coalesce((select p.sent from programme.outbox_past p
                                        where p.shift_id = $1 and p.day = r.task_date), 0) as sent, count(*) filter (where r.number_attempt > 0) as reported,
               count(*) filter (where r.status in ('approved', 'declined')) as reviewed,
               count(*) filter (where r.status = 'skipped') as skipped
          from programme.report r
          left join programme.outbox o on o.key = 'task/' || r.task_date || '/' || r.member_id
                                      and o.state in ('sent', 'presumed')
         where r.shift_id = $1 group by r.task_date) days;
