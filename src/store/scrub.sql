-- name: scrub_page
select bucket, key, path, size, damage, us(damaged_at) as damaged_at from store.object
 where server = $1 and (bucket, key) > ($2, $3) order by bucket, key limit 500;

-- name: scrub_damaged
select bucket, key, path, size, damage, us(damaged_at) as damaged_at from store.object
 where server = $1 and damaged_at is not null order by bucket, key limit 10000;

-- name: scrub_due
select bucket, key, path, size, etag, array_to_string(parts, ',') as parts, md5, damage,
       scrubbed_at = '-infinity' as doubted
  from store.object
 where server = $1
   and scrubbed_at < case when $2::bigint > 0 then now() - make_interval(secs => $2::bigint) else 'epoch' end
 order by scrubbed_at limit 1;

-- name: scrub_done
with quick as (
    -- What a power cut forgets is only read once more.
    select set_config('synchronous_commit', 'off', true)
)
update store.object o set scrubbed_at = now(), md5 = coalesce(o.md5, $5) from quick
 where o.server = $1 and o.bucket = $2 and o.key = $3 and o.path = $4;

-- name: scrub_cities
select distinct server from store.bucket order by server;
