-- The running shift on the day $1, which began at $2; $3 is now. Its photos by quarters of an hour since then,
-- added up, beside the median of the same weekday of up to four weeks before.
-- name: console_today_programme
with s as (
    select * from programme.shift where status in ('started', 'ready_for_complete') order by started_at desc limit 1
), r as (
    select r.* from s join programme.report r on r.shift_id = s.id and r.task_date = $1::date
), weeks as (
    select w from s, generate_series(0, 4) w where w = 0 or $1::date - 7 * w >= s.started_at
), counted as (
    select w, width_bucket(extract(epoch from r.uploaded_at - utc($2)) + w * 604800, 0, 86400, 96) - 1 as quarter, count(*) as n
      from s cross join weeks join programme.report r on r.shift_id = s.id and r.task_date = $1::date - 7 * w
     where r.number_attempt > 0
     group by 1, 2
), added as (
    select w, quarter, sum(coalesce(n, 0)) over (partition by w order by quarter)::integer as n
      from weeks cross join generate_series(-1, 96) quarter left join counted using (w, quarter)
)
select (select json_build_object('shift', json_build_object('id', s.id, 'title', s.title, 'status', s.status,
           'day', $1::date - s.started_at + 1, 'days', s.finished_at - s.started_at + 1,
           'members', (select count(*) from programme.member m where m.shift_id = s.id and m.status = 'active')),
       'issued', count(r.id) filter (where r.status <> 'not_participate'),
       'delivered', count(o.id) + coalesce((select p.sent from programme.outbox_past p where p.shift_id = s.id and p.day = $1::date), 0),
       'reported', count(r.id) filter (where r.number_attempt > 0),
       'reviewing', count(r.id) filter (where r.status = 'reviewing'),
       'approved', count(r.id) filter (where r.status = 'approved'),
       'declined', count(r.id) filter (where r.status = 'declined'),
       'missing', count(r.id) filter (where r.status = 'waiting' and r.number_attempt = 0),
       'waiting_for_review', (select count(*) from programme.report w where w.shift_id = s.id and w.status = 'reviewing'),
       'closed', (select json_build_object('at', iso(d.closed_at), 'by', nullif(concat_ws(' ', a.name, a.surname), ''))
                    from programme.closed_day d left join account.account a on a.id = d.closed_by
                   where d.shift_id = s.id and d.day = $1::date),
       'line', (select json_agg(n order by quarter) from added
                 where w = 0 and quarter between 0 and extract(epoch from utc($3) - utc($2)) / 900),
       'usual', (select json_agg(n order by quarter)
                   from (select quarter, percentile_disc(0.5) within group (order by n) as n
                           from added where w > 0 and quarter between 0 and 95 group by quarter) m))
          from s left join r on true
          left join programme.outbox o on o.key = 'task/' || r.task_date || '/' || r.member_id and o.state in ('sent', 'presumed')
         group by s.id, s.title, s.status, s.started_at, s.finished_at)::text;

-- What is wrong and how much of it: $1 what staff may see, $2 what operators may; $3 the scheduler's advisory lock; $4 how full
-- the host's disk is, in percent, and $5 from when on one says so.
-- name: console_today_attention
select coalesce(json_agg(json_build_object('what', what, 'count', n)), '[]')::text
  from (select 'messages_late' as what, count(*) as n from programme.outbox
         where state = 'waiting' and not_before < now() - interval '10 minutes' and ($1::boolean or $2::boolean)
        union all
        select 'sending_paused', 1 from programme.bot_state where held_at is not null and ($1::boolean or $2::boolean)
        union all
        select 'messages_failed', count(*) from programme.outbox where state = 'failed' and ($1::boolean or $2::boolean)
        union all
        select 'jobs_parked', count(*) from job.job where state = 'parked' and $2::boolean
        union all
        select 'jobs_late', count(*) from job.job
         where state = 'ready' and run_at < now() - interval '5 minutes' and coalesce(lease_until < now(), true) and $2::boolean
        union all
        select 'servers_down', count(*) from storage.server s join storage.health h on h.server_id = s.id
         where s.deleted_at is null and s.is_on and h.is_up is false and $2::boolean
        union all
        select 'files_lost', count(*) from storage.file_version v join storage.file f on f.current_version = v.id and f.deleted_at is null
         where v.lost_at is not null and $2::boolean
        union all
        select 'disk_full', $4::bigint where $2::boolean and $4::bigint >= $5::bigint
        union all
        select 'no_worker', 1 where $2::boolean and not exists (
            select from pg_stat_activity where datname = current_database() and application_name like 'samovar-worker%')
        union all
        select 'no_scheduler', 1 where $2::boolean and not exists (
            select from pg_locks where locktype = 'advisory' and granted and objsubid = 1
               and database = (select oid from pg_database where datname = current_database())
               and (classid::bigint << 32 | objid::bigint) = $3::bigint)) found
 where n > 0;
