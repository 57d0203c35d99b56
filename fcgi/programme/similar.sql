-- name: similar_report : E_REPORT_NOT_FOUND
select id from programme.report where id = $1;

-- name: similar_shift : E_SHIFT_NOT_FOUND
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
