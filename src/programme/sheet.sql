-- name: sheet_rows
-- A task and what became of it, in the shift $1 or (null) in all.
select t.sequence_number as number, t.title,
       count(*) filter (where r.status = 'approved' and r.number_attempt = 1) as first,
       count(*) filter (where r.status = 'approved' and r.number_attempt = 2) as second,
       count(*) filter (where r.status = 'approved' and r.number_attempt = 3) as third,
       count(*) filter (where r.status = 'skipped') as skipped,
       count(*) filter (where r.status = 'approved') as approved,
       count(*) filter (where r.status = 'declined') as declined,
       count(*) as total
  from programme.report r
  join programme.member m on m.id = r.member_id
  join programme.participant p on p.id = m.participant_id and not p.is_test_user
  join programme.task t on t.id = r.task_id
 where $1::uuid is null or r.shift_id = $1::uuid
 group by t.id
 order by t.sequence_number;

-- name: sheet_shift : E_SHIFT_NOT_FOUND
select id, sequence_number as number, title, started_at, finished_at from programme.shift where id = $1;

-- name: sheet_shifts
select id, sequence_number as number, title, started_at, finished_at
  from programme.shift s
 where exists (select from programme.report r where r.shift_id = s.id)
 order by sequence_number;
