-- name: job_insert
insert into job.job (kind, subject, key, priority, max_tries, total, request_id, run_at)
values ($1, coalesce($2, ''), $3, $4::smallint, $5::smallint, nullif($6::bigint, 0), $8, now() + make_interval(secs => $7::double precision))
on conflict (kind, key) do update
   set again = job.job.lease_until is not null,
       subject = excluded.subject,
       state = 'ready',
       tries = case when job.job.state = 'parked' then 0 else job.job.tries end,
       run_at = case when job.job.lease_until is null
                     then least(job.job.run_at, excluded.run_at) else job.job.run_at end;

-- name: job_claim_due
with due as (
    select id from job.job
     where state = 'ready' and run_at <= now() and priority <= $3::smallint
       and (lease_until is null or lease_until < now())
     order by priority, run_at, id
     limit $2
       for update skip locked
), quick as (
    -- A claim that a power cut forgets is only made again.
    select set_config('synchronous_commit', 'off', true)
)
update job.job j
   set tries = tries + 1, leased_by = $1,
       lease_until = now() + make_interval(secs => $4::double precision)
  from due, quick
 where j.id = due.id
returning j.id, j.kind, j.subject, j.tries, j.max_tries, j.request_id, j.priority;

-- name: job_lease_renew
update job.job set lease_until = now() + make_interval(secs => $2::double precision)
 where leased_by = $1 and state = 'ready' and lease_until is not null;

-- name: job_remove
with quick as (
    -- A job may run twice, so its end need not wait for the disk.
    select set_config('synchronous_commit', 'off', true)
), mine as materialized (
    -- Locked first: its key may be added once more at this very moment, which neither the
    -- delete nor the update would see in the statement's snapshot.
    select j.id, j.again from job.job j, quick where j.id = $1 and j.leased_by = $2 for update of j
), gone as (
    delete from job.job using mine where job.job.id = mine.id and not mine.again
)
update job.job set again = false, lease_until = null, leased_by = null, tries = 0, run_at = now(), last_error = null
  from mine where job.job.id = mine.id and mine.again;

-- name: job_put_back
update job.job
   set lease_until = null, leased_by = null, again = false, last_error = $3,
       state = case when tries >= max_tries and not again then 'parked'::job.state else 'ready' end,
       run_at = now() + make_interval(secs => $4::double precision
                * power(2, least(tries, 16) - 1) * (0.75 + random() / 2))
 where id = $1 and leased_by = $2;

-- name: job_give_back
update job.job set lease_until = null, leased_by = null, tries = greatest(tries - 1, 0)
 where leased_by = $1 and lease_until is not null;

-- As after a failure, but nobody is to blame for it: none is parked.
-- name: job_recover_own
update job.job set lease_until = null, leased_by = null,
       run_at = now() + make_interval(secs => $2::double precision * power(2, least(tries, 6) - 1))
 where leased_by = $1 and lease_until is not null;

-- name: job_lessees_of
select distinct leased_by as worker from job.job
 where lease_until > now() and starts_with(leased_by, $1 || ':');

-- name: job_give_others
with given as (
    update job.job set lease_until = null, leased_by = null, tries = greatest(tries - 1, 0)
     where leased_by = $1 and lease_until is not null and id <> $2
    returning id
)
select pg_notify('job', '') from given limit 1;

-- name: job_keep_lease
update job.job
   set lease_until = greatest(lease_until, now() + make_interval(secs => $2::double precision)),
       done = $3, total = nullif($4::bigint, 0)
 where id = $1 and lease_until is not null;

-- name: job_until_due
-- now() stands inside min(): greatest(0, null) is 0, and an empty queue would not wait at all.
select coalesce(least($2::bigint, ceil(extract(epoch from
           min(greatest(run_at, coalesce(lease_until, run_at), now())) - now()) * 1000)::bigint), $2::bigint)
  from job.job where state = 'ready' and priority <= $1::smallint;
