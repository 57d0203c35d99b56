-- name: console_jobs
select json_build_object(
    'kinds', (select coalesce(json_agg(json_build_object('kind', kind, 'waiting', waiting, 'running', running, 'parked', parked,
                         'delay', delay) order by parked desc, waiting desc, kind), '[]')
                from (select kind, count(*) filter (where state = 'ready' and coalesce(lease_until < now(), true)) as waiting,
                             count(*) filter (where state = 'ready' and lease_until > now()) as running,
                             count(*) filter (where state = 'parked') as parked,
                             greatest(0, extract(epoch from now() - min(run_at) filter (where state = 'ready' and coalesce(lease_until < now(), true))))::integer as delay
                        from job.job group by kind) k),
    'running', (select coalesce(json_agg(json_build_object('id', id, 'kind', kind, 'subject', left(subject, 100), 'done', done, 'total', total,
                           'by', leased_by, 'tries', tries, 'request_id', request_id) order by id), '[]')
                  from (select * from job.job where state = 'ready' and lease_until > now() order by id limit 50) j),
    'parked', (select coalesce(json_agg(json_build_object('kind', kind, 'reason', reason, 'count', n, 'first', first, 'last', last,
                          'request_id', request_id) order by n desc, kind, reason), '[]')
                 from (select kind, coalesce(last_error, '') as reason, count(*) as n, iso(min(created)) as first, iso(max(created)) as last,
                              max(request_id) as request_id
                         from job.job where state = 'parked' group by 1, 2 order by 3 desc limit 100) p))::text;

-- name: console_jobs_list
with page as (
    select * from (
        select id, kind, left(subject, 200) as subject, tries, max_tries, iso(run_at) as due, left(coalesce(last_error, ''), 500) as reason, request_id, done, total,
               case when state = 'parked' then 'parked' when lease_until > now() then 'running' else 'waiting' end as state
          from job.job where id > $3 and ($1::text is null or kind = $1)) j
     where $2::text is null or state = $2
     order by id limit $4 + 1
)
select json_build_object('data', (select coalesce(json_agg(p order by p.id), '[]') from (select * from page order by id limit $4) p),
                         'next', (select max(id) from (select id from page order by id limit $4) p having (select count(*) from page) > $4))::text;

-- name: console_timers
select name, enabled, us(last_slot) as last from job.timer;

-- name: console_timer_effect
select json_build_object(
    'children', case $1 when 'programme.daily' then (select count(*) from programme.shift s join programme.member m on m.shift_id = s.id and m.status = 'active'
                                                      where s.status = 'started' and $2::date between s.started_at and s.finished_at
                                                        and not exists (select from programme.report r where r.member_id = m.id and r.task_date = $2::date))
                        when 'programme.remind' then (select count(*) from programme.shift s join programme.report r on r.shift_id = s.id and r.task_date = $2::date
                                                       where s.status = 'started' and r.status = 'waiting') end,
    'done', case $1 when 'programme.daily' then (select count(*) from programme.shift s join programme.report r on r.shift_id = s.id and r.task_date = $2::date
                                                  where s.status = 'started')
                    when 'programme.remind' then (select count(*) from programme.outbox where key like 'remind/' || $2::date || '/%') end)::text;
