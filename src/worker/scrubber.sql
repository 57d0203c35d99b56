-- The lock lasts as long as the connection; whoever has it does not take it twice.
-- name: scrubber_elect
select case when exists (select from pg_locks l
                          where l.locktype = 'advisory' and l.pid = pg_backend_pid() and l.objsubid = 1
                            and l.classid::bigint << 32 | l.objid::bigint = city.key) then 1
            else pg_try_advisory_lock(city.key)::int end
  from (select hashtextextended('scrubber ' || $1, 0) as key) city;
