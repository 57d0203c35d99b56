-- name: job_retry : E_JOB_NOT_FOUND
-- What waits for its first try waits for a reason: a decision in review can be taken back until then.
update job.job set state = 'ready', tries = 0, run_at = now()
 where id = $1 and (lease_until is null or lease_until < now())
   and (state = 'parked' or tries > 0 or run_at <= now())
returning kind;

-- name: job_retry_parked
update job.job set state = 'ready', tries = 0, run_at = now()
 where state = 'parked' and ($1::text is null or kind = $1) and ($2::text is null or coalesce(last_error, '') = $2);

-- name: job_drop : E_JOB_NOT_FOUND
delete from job.job where id = $1 and (lease_until is null or lease_until < now())
returning json_build_object('kind', kind, 'subject', subject)::text;

-- name: job_drop_parked
delete from job.job where state = 'parked' and kind = $1 and ($2::text is null or coalesce(last_error, '') = $2);

-- Retried jobs are no new rows: workers hear of them all the same.
-- name: job_wake
select pg_notify('job', '')::text;
