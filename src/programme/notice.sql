-- name: notice_people : E_MISSING
-- $2 status of the members or null, $3 their ids or null
select count(m.id) filter (where not p.telegram_blocked) as count,
       count(m.id) filter (where p.telegram_blocked) as unreachable,
       encode(sha256(convert_to(coalesce(string_agg(m.id::text, ',' order by m.id) filter (where not p.telegram_blocked), ''),
                                'UTF8')), 'hex') as digest
  from programme.shift s
  left join programme.member m on m.shift_id = s.id and ($2::text is null or m.status = $2::programme.member_status)
                              and ($3::uuid[] is null or m.id = any($3::uuid[]))
  left join programme.participant p on p.id = m.participant_id
 where s.id = $1
 group by s.id;

-- name: notice_add
insert into programme.outbox (key, participant_id, chat_id, kind, payload, priority)
select 'notice/' || $4 || '/' || m.id, p.id, p.telegram_id, 'text', jsonb_build_object('text', $5::text), 60
  from programme.member m
  join programme.participant p on p.id = m.participant_id
 where m.shift_id = $1 and ($2::text is null or m.status = $2::programme.member_status)
   and ($3::uuid[] is null or m.id = any($3::uuid[])) and not p.telegram_blocked
on conflict (key) do nothing;
