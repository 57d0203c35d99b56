-- name: programme_shift_table
select s.sequence_number as number, s.status, s.started_at, s.finished_at, m.members, r.requests, p.reviewing as in_review,
       s.id, s.title
  from programme.shift s
 cross join lateral (select count(*) as members from programme.member where shift_id = s.id) m
 cross join lateral (select count(*) as requests from programme.request where shift_id = s.id and status = 'pending') r
 cross join lateral (select count(*) as reviewing from programme.report where shift_id = s.id and status = 'reviewing') p
 where $1::text is null or s.status::text = $1 order by s.sequence_number;

-- name: programme_people_table
select p.id, p.surname || ' ' || p.name as person, p.phone_number as phone, p.telegram_id as telegram, p.status,
       p.telegram_blocked as blocked, s.sequence_number as shift, m.status as member, m.numbers_lombaryers as points
  from programme.participant p
  left join (programme.member m join programme.shift s on s.id = m.shift_id and s.status = 'started')
    on m.participant_id = p.id
 where p.erased_at is null
   and (p.id::text = lower($1) or p.telegram_id::text = $1
        or strpos(lower(p.surname || ' ' || p.name || ' ' || p.surname), lower($1)) > 0
        or ($1 !~ '[^0-9+() -]' and regexp_replace($1, '[^0-9]', '', 'g') <> ''
            and regexp_replace(p.phone_number, '[^0-9]', '', 'g') like '%' || regexp_replace($1, '[^0-9]', '', 'g') || '%'))
 order by p.surname, p.name, p.id limit 100;

-- name: programme_export
select jsonb_pretty(jsonb_build_object(
    'participant', (select to_jsonb(p) from programme.participant p where id = $1),
    'requests', (select coalesce(jsonb_agg(to_jsonb(r) order by r.created), '[]') from programme.request r where participant_id = $1),
    'memberships', (select coalesce(jsonb_agg(to_jsonb(m) || jsonb_build_object('shift', s.title,
                        'reports', (select coalesce(jsonb_agg(to_jsonb(r) || jsonb_build_object('task', t.title,
                                        'photos', (select coalesce(jsonb_agg(to_jsonb(x) - 'phash' - 'phashes' - 'similar_to' - 'similar_bits' - 'similar_likeness' order by x.attempt), '[]')
                                                     from programme.report_photo x where x.report_id = r.id)) order by r.task_date), '[]')
                                      from programme.report r join programme.task t on t.id = r.task_id where r.member_id = m.id),
                        'absences', (select coalesce(jsonb_agg(jsonb_build_object('day', a.day, 'kind', a.kind, 'by_staff', a.is_staffs) order by a.day), '[]')
                                       from programme.absence a where a.member_id = m.id)) order by s.started_at), '[]')
                      from programme.member m join programme.shift s on s.id = m.shift_id where m.participant_id = $1),
    'messages', (select coalesce(jsonb_agg(to_jsonb(o) - 'claimed_by' order by o.id), '[]') from programme.outbox o where participant_id = $1),
    'staff_did', (select coalesce(jsonb_agg(jsonb_build_object('at', a.at, 'action', a.action, 'object_kind', a.object_kind,
                                   'object_id', a.object_id) order by a.id), '[]')
                    from account.audit a where (a.object_kind = 'participant' and a.object_id = $1::uuid::text)
                      or (a.object_kind = 'request' and a.object_id in (select id::text from programme.request where participant_id = $1))
                      or (a.object_kind = 'report' and a.object_id in (select r.id::text from programme.report r join programme.member m on m.id = r.member_id where m.participant_id = $1)))));
