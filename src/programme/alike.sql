-- name: alike_of_report
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
