-- Each gives one object of counters; $1, where there is one, is the day whose task is current.

-- name: console_pulse_today
select json_build_object('changed', us(max(r.updated)), 'reported', count(*) filter (where r.number_attempt > 0),
           'reviewed', count(*) filter (where r.status in ('approved', 'declined')),
           'closed', (select us(max(d.closed_at)) from programme.closed_day d where d.day = $1::date))
  from programme.shift s join programme.report r on r.shift_id = s.id and r.task_date = $1::date
 where s.status in ('started', 'ready_for_complete');

-- name: console_pulse_review
select json_build_object('waiting', count(*)) from programme.report r
 where r.status = 'reviewing' and not exists (select from programme.review_decision d where d.report_id = r.id);

-- name: console_pulse_messages
select json_build_object('waiting', (select count(*) from programme.outbox where state = 'waiting'),
           'failed', (select count(*) from programme.outbox where state = 'failed'),
           'presumed', (select count(*) from programme.outbox where state = 'presumed'),
           'paused', (select us(max(held_at)) from programme.bot_state));

-- name: console_pulse_jobs
select json_build_object('parked', (select count(*) from job.job where state = 'parked'),
           'ready', (select count(*) from job.job where state = 'ready'),
           'last', (select max(id) from job.job));

-- name: console_pulse_servers
select json_build_object('down', (select count(*) from storage.server s join storage.health h on h.server_id = s.id
                                   where s.deleted_at is null and s.is_on and h.is_up is false),
           'copying', (select count(*) from job.job where kind in ('copy.make', 'copy.remove') and state = 'ready'),
           'changed', (select us(max(greatest(s.updated, s.deleted_at, h.since))) from storage.server s left join storage.health h on h.server_id = s.id));

-- name: console_pulse_reports
select json_build_object('waiting', count(*), 'last', max(id))::text from messenger.report where decision is null;

-- name: console_pulse_shifts
select json_build_object('pending', (select count(*) from programme.request r join programme.shift s on s.id = r.shift_id
                                      where r.status = 'pending' and s.status in ('preparing', 'started')),
           'changed', (select us(max(updated)) from programme.shift))::text;
