-- name: jobs_list
with shown as (
    select *, case when state = 'parked' then 'parked'
                   when lease_until > now() then 'running' else 'waiting' end as word
      from job.job
), picked as (
    select * from shown where ($1::text is null or word = $1) and ($2::text is null or kind = $2)
     order by priority, run_at, id limit $3
)
select id, kind, word as state, tries, max_tries, to_char(run_at, 'YYYY-MM-DD HH24:MI:SS') as due,
       left(subject, 60) as subject, last_error as error
  from picked order by priority, run_at, id;

-- name: jobs_show : E_JOB_NOT_FOUND
select concat_ws(E'\n', 'id        ' || id, 'kind      ' || kind, 'subject   ' || subject,
           'key       ' || key, 'priority  ' || priority, 'state     ' || state,
           'tries     ' || tries || ' of ' || max_tries, 'due       ' || run_at,
           'leased by ' || leased_by, 'leased to ' || lease_until,
           'progress  ' || done || coalesce(' of ' || total, ''),
           'request   ' || request_id, 'error     ' || last_error, 'created   ' || created)
  from job.job where id = $1;

-- name: jobs_add
insert into job.job (kind, subject, priority, max_tries)
select $1, coalesce($2, ''), $3::smallint, $4::smallint from generate_series(1, $5::bigint);

-- name: jobs_stats
select kind, count(*) filter (where state = 'ready' and coalesce(lease_until < now(), true)) as waiting,
       count(*) filter (where state = 'ready' and lease_until > now()) as running,
       count(*) filter (where state = 'parked') as parked, to_char(min(run_at), 'YYYY-MM-DD HH24:MI:SS') as oldest
  from job.job group by kind order by kind;

-- name: jobs_state
select coalesce((select case when state = 'parked' or last_error is not null
                             then coalesce(last_error, 'parked') else 'waiting' end
                   from job.job where id = $1), 'done');

-- name: jobs_part
select coalesce((select min(id) from job.job where kind = $1 and subject like $2), 0);

-- name: timers_list
select n.name, coalesce(t.enabled, true) as enabled, coalesce(iso(t.last_slot), 'never') as last, iso(utc(n.next)) as next
  from unnest($1::text[], $2::bigint[]) with ordinality as n (name, next, position)
  left join job.timer t using (name) order by n.position;
