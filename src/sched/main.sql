-- name: scheduler_ping
select 1;
