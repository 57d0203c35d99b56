-- name: scheduler_elect
select pg_try_advisory_lock($1)::int;

-- name: scheduler_ping
select 1;
