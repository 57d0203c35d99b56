-- name: similar_of_report
-- What any photo of the report $1 resembles, what resembles it, and what resembles the same.
with own as (
    select id, similar_to, similar_bits, similar_likeness from programme.report_photo where report_id = $1
), kin as (
    select similar_to as id, similar_likeness as likeness, similar_bits as bits from own where similar_to is not null
    union all
    select p.id, p.similar_likeness, p.similar_bits from own join programme.report_photo p on p.similar_to = own.id
    union all
    select p.id, least(p.similar_likeness, own.similar_likeness), greatest(p.similar_bits, own.similar_bits)
      from own join programme.report_photo p on p.similar_to = own.similar_to and p.id <> own.id
), best as (
    select distinct on (id) id, likeness, bits from kin order by id, likeness desc
)
select r.id as report_id, r.status as report_status, r.shift_id, s.title as shift_title, r.task_date, t.title as task_title,
       u.id as user_id, u.name as user_name, u.surname as user_surname, p.attempt, p.url as photo_url,
       p.url is distinct from r.report_url as is_replaced, b.likeness, b.bits
  from best b
  join programme.report_photo p on p.id = b.id
  join programme.report r on r.id = p.report_id
  join programme.shift s on s.id = r.shift_id
  join programme.task t on t.id = r.task_id
  join programme.member m on m.id = r.member_id
  join programme.participant u on u.id = m.participant_id
 order by b.likeness desc, p.id desc
 limit 100;

-- name: similar_report : E_MISSING
select id from programme.report where id = $1;

-- name: similar_shift : E_MISSING
select id from programme.shift where id = $1;

-- name: similar_in_shift
-- Reports of the shift $1 whose photo resembles an earlier one, the newest first; $2 a status, or null.
select coalesce(json_agg(json_build_object('report_id', r.id, 'report_status', r.status, 'task_date', r.task_date,
           'user_id', u.id, 'user_name', u.name, 'user_surname', u.surname, 'likeness', round(p.similar_likeness::numeric, 2),
           'bits', p.similar_bits, 'similar_report_id', o.report_id) order by p.id desc), '[]')
  from programme.report r
  join programme.report_photo p on p.report_id = r.id and p.url = r.report_url
  join programme.report_photo o on o.id = p.similar_to
  join programme.member m on m.id = r.member_id
  join programme.participant u on u.id = m.participant_id
 where r.shift_id = $1 and ($2::text is null or r.status = $2::programme.report_status);
