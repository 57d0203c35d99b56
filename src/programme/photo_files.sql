-- name: photo_with_original
select p.id::text as id, p.url from programme.report_photo p
 where p.id = $1::bigint and p.has_original and p.removed_at is null;

-- name: photo_originals
select count(*) from programme.report_photo where has_original and removed_at is null;

-- name: photo_remake
insert into job.job (kind, subject, key, priority, max_tries)
select 'photo.remake', id::text, id::text, $1::smallint, $2::smallint
  from programme.report_photo where has_original and removed_at is null
on conflict (kind, key) do nothing;

-- name: photo_original_over
-- Originals that are not needed any more: the shift is over, the photo removed, or none are kept ($1).
select p.id::text as id, p.url
  from programme.report_photo p
  join programme.report r on r.id = p.report_id
  join programme.shift s on s.id = r.shift_id
 where p.has_original and (not $1::boolean or p.removed_at is not null or s.status in ('finished', 'cancelled'))
 order by p.id limit $2::bigint;

-- name: photo_original_gone
update programme.report_photo set has_original = false where id = $1::bigint;
