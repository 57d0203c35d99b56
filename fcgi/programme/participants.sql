-- name: participants_list
select '[' || coalesce(string_agg(
           '{"id":"' || p.id || '","name":' || to_json(p.name) || ',"surname":' || to_json(p.surname)
           || ',"date_of_birth":' || to_json(p.date_of_birth) || ',"city":' || to_json(p.city)
           || ',"phone_number":' || to_json(p.phone_number) || ',"status":"' || p.status
           || '","shifts_count":' || coalesce(m.shifts, 0) || ',"is_in_active_shift":'
           || case when m.running = 1 then 'true' else 'false' end || '}', ','
           order by case when $2::text = 'name' and $3::text is distinct from 'desc' then p.name end,
                    case when $2::text = 'name' and $3::text = 'desc' then p.name end desc,
                    case when $2::text = 'surname' and $3::text is distinct from 'desc' then p.surname end,
                    case when $2::text = 'surname' and $3::text = 'desc' then p.surname end desc,
                    case when $2::text = 'date_of_birth' and $3::text is distinct from 'desc' then p.date_of_birth end,
                    case when $2::text = 'date_of_birth' and $3::text = 'desc' then p.date_of_birth end desc,
                    case when $2::text is null and $3::text = 'desc' then p.created end desc,
                    p.created, p.id), '') || ']'
  from programme.participant p
  left join (select m.participant_id, count(*) as shifts, count(*) filter (where s.status = 'started') as running
               from programme.member m join programme.shift s on s.id = m.shift_id
              group by m.participant_id) m on m.participant_id = p.id
 where not p.is_test_user and p.erased_at is null and ($1::text is null or p.status = $1::programme.participant_status);

-- name: participant_show : E_CHILD_NOT_FOUND
select json_strip_nulls(json_build_object('id', p.id, 'name', p.name, 'surname', p.surname,
           'date_of_birth', p.date_of_birth, 'city', p.city, 'phone_number', p.phone_number,
           'shifts', (select coalesce(json_agg(json_build_object('id', s.id, 'title', s.title, 'started_at', s.started_at,
                          'finished_at', s.finished_at, 'numbers_lombaryers', m.numbers_lombaryers, 'member_id', m.id,
                          'total_approved', coalesce(r.approved, 0), 'total_declined', coalesce(r.declined, 0),
                          'total_skipped', coalesce(r.reviewing, 0), 'is_excluded', m.status = 'excluded',
                          'reports', coalesce(r.reports, '[]')) order by s.started_at desc, s.sequence_number desc), '[]')
                        from programme.member m
                        join programme.shift s on s.id = m.shift_id
                        left join lateral (select count(*) filter (where status = 'approved') as approved,
                                     count(*) filter (where status = 'declined') as declined,
                                     count(*) filter (where status = 'reviewing') as reviewing,
                                     json_agg(json_build_object('task_id', task_id, 'task_date', task_date, 'status', status)
                                              order by task_date) as reports
                                from programme.report where member_id = m.id) r on true
                       where m.participant_id = p.id)))
  from programme.participant p where id = $1;

-- name: audit_list
-- The newest first, before the row $1 (null: from the end), at most $2.
select coalesce(json_agg(json_build_object('id', x.id, 'at', x.at, 'actor', a.uuid, 'action', x.action,
           'object_kind', x.object_kind, 'object_id', x.object_id, 'data', x.data) order by x.id desc), '[]')
  from (select * from account.audit where $1::bigint = 0 or id < $1::bigint order by id desc limit $2::bigint) x
  left join account.account a on a.id = x.actor;

-- name: outbox_show
-- The newest 200 that wait, and the newest 200 that failed before the message $1 (0: from the end). What was sent is not
-- counted: that is nearly all there is.
select json_build_object(
    'counts', (select coalesce(json_object_agg(state, n), '{}')
                 from (select state, count(*) as n from programme.outbox
                        where state in ('waiting', 'claimed', 'dispatched', 'failed', 'presumed') group by state) s),
    'waiting', (select coalesce(json_agg(w), '[]')
                  from (select o.id, o.kind, o.state, o.last_error as why, o.created, o.not_before as next_try, o.tries,
                               p.id as user_id, p.name, p.surname
                          from programme.outbox o left join programme.participant p on p.id = o.participant_id
                         where o.state in ('waiting', 'claimed', 'dispatched') order by o.id desc limit 200) w),
    'failed', (select coalesce(json_agg(f), '[]')
                 from (select o.id, o.kind, o.state, o.last_error as why, o.created, p.id as user_id, p.name, p.surname
                         from programme.outbox o left join programme.participant p on p.id = o.participant_id
                        where o.state in ('failed', 'presumed') and ($1::bigint = 0 or o.id < $1::bigint)
                        order by o.id desc limit 200) f));

-- name: outbox_retry : E_MESSAGE_NOT_FOUND
update programme.outbox set state = 'waiting', tries = 0, not_before = now(), not_after = null
 where id = $1 and state in ('failed', 'presumed');
