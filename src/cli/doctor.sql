-- name: doctor_queue
select case
    when exists (select from job.job where state = 'parked')
        then (select count(*) || ' jobs are parked after repeated failure' from job.job where state = 'parked')
    when exists (select from job.job where state = 'ready' and run_at < now() - interval '5 minutes'
                                       and coalesce(lease_until < now(), true))
        then 'jobs have waited for more than five minutes'
    end;

-- name: doctor_timers
select case when not exists (select from job.timer_run where fired_at > now() - interval '2 hours')
            then 'no timer has fired in the last two hours' end;

-- name: doctor_outbox
select case when exists (select from programme.outbox where state in ('waiting', 'claimed')
                            and not_before < now() - interval '10 minutes')
            then 'messages to Telegram have waited for more than ten minutes' end;

-- name: doctor_staff
select case when not exists (select from account.account where role = 'administrator' and status = 'active')
            then 'no active administrator' end;
