-- name: doctor_queue
select case
    when exists (select from job.job where state = 'parked')
        then (select count(*) || ' jobs are parked after repeated failure' from job.job where state = 'parked')
    when exists (select from job.job where state = 'ready' and run_at < now() - interval '5 minutes'
                                       and coalesce(lease_until < now(), true))
        then 'jobs have waited for more than five minutes'
    end;

-- name: doctor_timers
-- The scheduler that is elected holds the advisory lock of src/sched/main.c.
select case when not exists (select from pg_locks
                              where locktype = 'advisory' and granted and objsubid = 1
                                and database = (select oid from pg_database where datname = current_database())
                                and (classid::bigint << 32 | objid::bigint) = $1)
            then 'no scheduler is elected: nothing falls due' end;

-- name: doctor_outbox
select case when exists (select from programme.outbox where state in ('waiting', 'claimed')
                            and not_before < now() - interval '10 minutes')
            then 'messages to Telegram have waited for more than ten minutes' end;

-- name: doctor_files
select case when n > 0 then n || ' files have lost their last copy' end
  from (select count(*) as n from storage.file_version v
          join storage.file f on f.current_version = v.id and f.deleted_at is null
         where v.lost_at is not null) o;

-- name: doctor_staff
select case when not exists (select from account.account where role = 'administrator' and status = 'active')
            then 'no active administrator' end;
