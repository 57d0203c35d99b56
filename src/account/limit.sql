-- name: lockout_left
select coalesce((select greatest(0, ceil(extract(epoch from locked_until - utc($2))))::bigint
                   from account.lockout where name_hash = decode($1, 'hex')), 0);

-- name: lockout_count
insert into account.lockout as l (name_hash, failures, first_at, last_at)
values (decode($1, 'hex'), 1, utc($2), utc($2))
on conflict (name_hash) do update
   set failures = case when l.last_at < utc($2) - make_interval(secs => $4::double precision) then 1 else l.failures + 1 end,
       first_at = case when l.last_at < utc($2) - make_interval(secs => $4::double precision) then utc($2) else l.first_at end,
       last_at = utc($2),
       locked_until = case when l.failures + 1 >= $3::integer and l.last_at >= utc($2) - make_interval(secs => $4::double precision)
                           then utc($2) + make_interval(secs => $4::double precision) end;

-- name: lockout_clear
delete from account.lockout where name_hash = decode($1, 'hex');
