-- name: limit_is_familiar
select exists (select from account.familiar f join account.account a on a.id = f.account_id
                where case when $1::boolean then a.email = $2::citext else a.username = $2::citext and a.username::text = $2::text end
                  and f.network = $3::cidr and f.last_at > utc($4) - interval '30 days')::int;

-- name: limit_make_familiar
insert into account.familiar (account_id, network, last_at) values ($1, $2::cidr, utc($3))
on conflict (account_id, network) do update set last_at = excluded.last_at
 where familiar.last_at < excluded.last_at - interval '1 day';

-- name: lockout_left
-- $2: another one, or null.
select coalesce((select greatest(0, ceil(extract(epoch from max(locked_until) - utc($3))))::bigint
                   from account.lockout where name_hash = any (array[decode($1, 'hex'), decode($2, 'hex')])), 0);

-- name: lockout_count
insert into account.lockout as l (name_hash, of_name, failures, first_at, last_at)
values (decode($1, 'hex'), decode($5, 'hex'), 1, utc($2), utc($2))
on conflict (name_hash) do update
   set failures = case when l.last_at < utc($2) - make_interval(secs => $4::double precision) then 1 else l.failures + 1 end,
       first_at = case when l.last_at < utc($2) - make_interval(secs => $4::double precision) then utc($2) else l.first_at end,
       last_at = utc($2),
       locked_until = case when l.failures + 1 >= $3::integer and l.last_at >= utc($2) - make_interval(secs => $4::double precision)
                           then utc($2) + make_interval(secs => $4::double precision) end
returning failures;

-- name: lockout_clear
delete from account.lockout where name_hash = decode($1, 'hex');

-- name: lockout_clear_all
delete from account.lockout where name_hash = decode($1, 'hex') or of_name = decode($1, 'hex')
returning encode(name_hash, 'hex') as key;
