-- name: report_lock_shift : E_REPORT_NOT_FOUND
-- Before the report, in the order of those who end a shift.
select s.id from programme.shift s join programme.report r on r.shift_id = s.id where r.id = $1 for no key update of s;

-- name: report_take
-- Only one of two reviewers gets the row.
update programme.report
   set status = $2::programme.report_status, reviewed_by = nullif($3::bigint, 0), reviewed_at = utc($4), updated = utc($4),
       decline_reason_id = nullif($5::integer, 0)
 where id = $1 and status = 'reviewing'
returning id, status, shift_id, member_id;

-- name: report_state : E_REPORT_NOT_FOUND
select id, status, shift_id, member_id from programme.report where id = $1;

-- name: report_point
update programme.member set numbers_lombaryers = numbers_lombaryers + 1, updated = utc($2) where id = $1;

-- name: report_tell
insert into programme.outbox (key, participant_id, chat_id, kind, payload, priority)
select 'report-' || r.status || '/' || r.id || '/' || r.number_attempt, p.id, p.telegram_id, 'report_' || r.status,
       jsonb_build_object('date', to_char(coalesce(r.uploaded_at, r.created), 'DD.MM.YYYY'),
                          'more', $2::date < s.finished_at, 'current', r.task_date = $3::date,
                          'left', greatest($4::integer - r.number_attempt, 0), 'until', $5::bigint,
                          'reason', (select d.message from programme.decline_reason d where d.id = r.decline_reason_id)), 40
  from programme.report r
  join programme.shift s on s.id = r.shift_id
  join programme.member m on m.id = r.member_id
  join programme.participant p on p.id = m.participant_id
 where r.id = $1 and not p.telegram_blocked
on conflict (key) do nothing;

-- name: report_json : E_REPORT_NOT_FOUND
select programme.as_report(r, a.uuid)::text
  from programme.report r left join account.account a on a.id = r.reviewed_by where r.id = $1;
