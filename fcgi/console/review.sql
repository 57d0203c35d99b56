-- name: console_review_left
select count(*) from programme.report r
 where r.status = 'reviewing' and not exists (select from programme.review_decision d where d.report_id = r.id);

-- name: console_review_figures
select coalesce(json_agg(json_build_object('reason', reason, 'task', task, 'count', n) order by n desc, reason, task), '[]')::text
  from (select d.title as reason, t.title as task, count(*) as n
          from programme.shift s
          join programme.report r on r.shift_id = s.id and r.status = 'declined'
          join programme.decline_reason d on d.id = r.decline_reason_id
          join programme.task t on t.id = r.task_id
         where s.status in ('started', 'ready_for_complete')
         group by 1, 2) f;
