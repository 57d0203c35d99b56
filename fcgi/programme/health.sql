-- name: health
select coalesce((select check_error is null from programme.bot_state), true) as bot,
       (select check_error from programme.bot_state) as bot_error,
       not exists (select from job.job where state = 'ready' and run_at < now() - interval '10 minutes') as jobs;
