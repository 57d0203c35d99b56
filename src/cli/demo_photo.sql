-- name: demo_photos
-- $1 shift, $2 names of the drawn photos (TASK_N), $3 their SHA-256, $4 their sizes, $5 today. N from 1 to 8 are different
-- photos, 9 and 10 are 1 and 2 once more: only today somebody sends these.
with drawn as (
    select name, regexp_replace(name, '_[0-9]+$', '') as task, decode(sha256, 'hex') as sha256, bytes
      from unnest($2::text[], $3::text[], $4::integer[]) t (name, sha256, bytes)
), reports as (
    select r.id, r.report_url, r.uploaded_at, r.task_date, substring(t.url from '([^/]*)[.]jpg$') as task,
           row_number() over (partition by r.task_date order by hashtextextended(r.member_id::text || r.task_date, 0)) - 1 as place
      from programme.report r join programme.task t on t.id = r.task_id
     where r.shift_id = $1 and r.report_url is not null
), placed as (
    select r.*, case when exists (select from drawn d where d.task = r.task) then r.task else 'clean' end
                || '_' || 1 + place % case when r.task_date = $5::date then 10 else 8 end as name
      from reports r
), added as (
    insert into programme.report_photo (report_id, attempt, url, sha256, bytes, content_type, created)
    select p.id, 1, p.report_url, d.sha256, d.bytes, 'image/jpeg', p.uploaded_at
      from placed p join drawn d using (name)
     order by p.task_date, p.place
    returning report_id, url
)
select p.name, a.url from added a join placed p on p.id = a.report_id order by p.name;

-- name: demo_alike
-- $1 shift, $2 names, $3 SHA-256, $4 today: what the comparison of photos would say of those that are there once more.
with drawn as (
    select regexp_replace(name, '_[0-9]+$', '') as task, substring(name from '[0-9]+$')::integer as n, decode(sha256, 'hex') as sha256
      from unnest($2::text[], $3::text[]) t (name, sha256)
), photos as (
    select p.id, d.task, d.n from programme.report_photo p
      join programme.report r on r.id = p.report_id
      join drawn d on d.sha256 = p.sha256
     where r.shift_id = $1 and r.task_date = $4::date
)
update programme.report_photo p
   set similar_to = o.id, similar_bits = c.n - 8, similar_likeness = 0.99 - (c.n - 9) * 0.02
  from photos c join photos o on o.task = c.task and o.n = c.n - 8
 where p.id = c.id and c.n > 8 and o.id < c.id;
