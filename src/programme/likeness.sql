-- name: likeness_photo
select id, report_id, url from programme.report_photo where id = $1::bigint;

-- name: likeness_note
with noted as (
    update programme.report_photo set phash = ($2::bigint[])[1], phashes = $2::bigint[] where id = $1::bigint returning id
)
insert into programme.photo_look (photo_id, whole, views)
select id, $3::integer[], $4::integer[] from noted
on conflict (photo_id) do update set whole = excluded.whole, views = excluded.views;

-- name: likeness_candidates
-- $2 keys of the whole new photo in each position, $3 some of those of its views; the more keys in common, the likelier.
with found as (
    select photo_id, (select count(*) from unnest(views) k where k = any($2::integer[])) as common
      from programme.photo_look where views && $2::integer[] and photo_id <> $1::bigint
    union all
    select photo_id, (select count(*) from unnest(whole) k where k = any($3::integer[])) as common
      from programme.photo_look where whole && $3::integer[] and photo_id <> $1::bigint
), likely as (
    select photo_id, max(common) as common from found group by photo_id order by common desc, photo_id limit $4::bigint
)
select p.id, p.report_id, p.url from likely l join programme.report_photo p on p.id = l.photo_id
 order by l.common desc, p.id;

-- name: likeness_mark
-- The photo $1 resembles $2; the better of two likenesses stays.
update programme.report_photo set similar_to = $2::bigint, similar_bits = $3::smallint, similar_likeness = $4::real
 where id = $1::bigint and exists (select from programme.report_photo o where o.id = $2::bigint)
   and (similar_likeness is null or similar_likeness < $4::real or similar_to is null);

-- name: likeness_clear
update programme.report_photo set similar_to = null, similar_bits = null, similar_likeness = null where id = $1::bigint;
