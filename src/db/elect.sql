-- The lock lasts as long as the session; whoever has it does not take it twice. $1: its key, or null: that of the name $2.
-- name: elect_try
select case when exists (select from pg_locks l
                          where l.locktype = 'advisory' and l.pid = pg_backend_pid() and l.objsubid = 1
                            and l.classid::bigint << 32 | l.objid::bigint = e.key) then 1
            else pg_try_advisory_lock(e.key)::int end
  from (select coalesce($1::bigint, hashtextextended($2, 0)) as key) e;
