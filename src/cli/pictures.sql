-- name: pictures_table
select p.state::text as state, coalesce(p.reason, '') as reason, count(*) as pictures, sum(f.bytes)::bigint as bytes,
       round(percentile_cont(0.5) within group (order by extract(epoch from p.ready_at - p.created))::numeric, 1) as median_seconds
  from account.picture p
  left join lateral (select sum(bytes) as bytes from account.picture_file f where f.picture_id = p.id) f on true
 group by p.state, p.reason order by p.state, p.reason;

-- Those that are shown: of one account ($1), that lack a variant ($2); null: all.
-- name: pictures_to_rebuild
select p.id from account.picture p
 where p.state = 'ready' and ($1::bigint is null or p.account_id = $1)
   and ($2::text is null or (select count(*) from account.picture_file f where f.picture_id = p.id and f.variant = $2) < 2)
 order by p.created;

-- name: pictures_rebuilding
select count(*) from job.job where kind = 'picture.rebuild' and state = 'ready';
