-- name: scrubber_elect
select pg_try_advisory_lock($1)::int;
