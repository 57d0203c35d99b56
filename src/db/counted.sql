-- name: counted_up
insert into installation.counted as c (name, label, part, value) values ($1, $2, pg_backend_pid() % 8, $3)
on conflict (name, label, part) do update set value = c.value + excluded.value;
