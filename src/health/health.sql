-- name: health_schema
select case when not exists (select from sqitch.changes where change = $1)
            then 'the schema is not this program''s: it lacks the change ' || $1 end;

-- name: health_queue
select case
    when exists (select from job.job where state = 'parked')
        then (select count(*) || ' jobs are parked after repeated failure' from job.job where state = 'parked')
    when exists (select from job.job where state = 'ready' and run_at < now() - interval '5 minutes'
                                       and coalesce(lease_until < now(), true))
        then 'jobs have waited for more than five minutes'
    end;

-- name: health_timers
-- The scheduler that is elected holds the advisory lock of src/db/elections.def.
select case when not exists (select from pg_locks
                              where locktype = 'advisory' and granted and objsubid = 1
                                and database = (select oid from pg_database where datname = current_database())
                                and (classid::bigint << 32 | objid::bigint) = $1)
            then 'no scheduler is elected: nothing falls due' end;

-- name: health_outbox
select case when exists (select from programme.outbox where state in ('waiting', 'claimed')
                            and not_before < now() - interval '10 minutes')
            then 'messages to Telegram have waited for more than ten minutes' end;

-- Files whose every holder is off, deleted or known to be down, and whether anything can be uploaded.
-- name: health_servers
select case
    when not exists (select from storage.server where deleted_at is null)
        then 'there is no S3 server: nobody can upload a file'
    when not exists (select from storage.server s left join storage.health h on h.server_id = s.id
                      where s.deleted_at is null and s.is_on and s.is_active and s.leaving_at is null and h.is_up is not false)
        then 'no S3 server can be used: all are off, inactive or down'
    when exists (select from storage.server s join storage.health h on h.server_id = s.id
                  where s.deleted_at is null and s.is_on and h.is_up is false)
        then (select 'down: ' || string_agg(s.name || coalesce(' (' || h.why || ')', ''), ', ' order by s.name)
                from storage.server s join storage.health h on h.server_id = s.id
               where s.deleted_at is null and s.is_on and h.is_up is false)
    end;

-- name: health_unreachable
select case when n > 0 then n || ' files cannot be downloaded at the moment: every server that has them is off or down' end
  from (select count(*) as n from storage.file f
         where f.deleted_at is null and f.current_version is not null
           and not exists (select from storage.holder h where h.version_id = f.current_version)) o;

-- name: health_files
select case when n > 0 then n || ' files have lost their last copy' end
  from (select count(*) as n from storage.file_version v
          join storage.file f on f.current_version = v.id and f.deleted_at is null
         where v.lost_at is not null) o;

-- name: health_staff
select case when not exists (select from account.account where role = 'administrator' and status = 'active')
            then 'no active administrator' end;
