-- name: console_shifts
select coalesce(json_agg(json_build_object('id', s.id, 'number', s.sequence_number, 'title', s.title, 'status', s.status,
           'started_at', s.started_at, 'finished_at', s.finished_at,
           'members', (select coalesce(sum(z.members), 0) from programme.shift_size z where z.shift_id = s.id),
           'pending', (select count(*) from programme.request r where r.shift_id = s.id and r.status = 'pending'))
           order by s.started_at desc, s.sequence_number desc), '[]')::text
  from (select * from programme.shift order by started_at desc, sequence_number desc limit 200) s;

-- name: console_shift : E_MISSING
-- $2: the day whose task is current.
select json_build_object('id', s.id, 'number', s.sequence_number, 'title', s.title, 'status', s.status,
           'started_at', s.started_at, 'finished_at', s.finished_at, 'final_message', s.final_message,
           'version', us(s.updated), 'today', $2::date,
           'members', json_build_object('active', count(m.id) filter (where m.status = 'active'),
                                        'excluded', count(m.id) filter (where m.status = 'excluded')),
           'pending', (select count(*) from programme.request r where r.shift_id = s.id and r.status = 'pending'),
           'reviewing', (select count(*) from programme.report r where r.shift_id = s.id and r.status = 'reviewing'),
           'plan', (select json_agg(json_build_object('id', t.id, 'title', t.title, 'url', t.url, 'is_archived', t.is_archived) order by p.key::integer)
                      from jsonb_each_text(s.tasks) p join programme.task t on t.id = p.value::uuid))::text
  from programme.shift s left join programme.member m on m.shift_id = s.id
 where s.id = $1
 group by s.id;

-- name: console_shift_version : E_MISSING
select us(updated) from programme.shift where id = $1 for update;

-- name: console_shift_members : E_MISSING
-- $2 the member behind whom the page begins, $3 a part of the name, $4 the status wanted, $6 the day whose task is current.
-- days: a letter a day of the shift so far.
with page as (
    select m.id, m.status, m.numbers_lombaryers as points, p.id as child, p.name, p.surname, p.city
      from programme.member m join programme.participant p on p.id = m.participant_id
     where m.shift_id = $1 and ($4::text is null or m.status::text = $4)
       and ($3::text is null or strpos(lower(p.name || ' ' || p.surname), lower($3)) > 0)
       and ($2::uuid is null or (p.surname, p.name, m.id) > (select o.surname, o.name, n.id from programme.member n
                                                              join programme.participant o on o.id = n.participant_id where n.id = $2))
     order by p.surname, p.name, m.id limit $5 + 1
), shown as (
    select * from page order by surname, name, id limit $5
), days as (
    select d::date as day from programme.shift s, generate_series(s.started_at, least(s.finished_at, $6::date), interval '1 day') d where s.id = $1
), grid as (
    select m.id, string_agg(case r.status when 'waiting' then 'w' when 'reviewing' then 'r' when 'approved' then 'a' when 'declined' then 'd'
                                          when 'skipped' then 's' when 'not_participate' then 'n' else '-' end, '' order by d.day) as days
      from shown m cross join days d left join programme.report r on r.member_id = m.id and r.task_date = d.day
     group by m.id
)
select json_build_object('first', s.started_at,
           'data', (select coalesce(json_agg(json_build_object('id', m.id, 'child', m.child, 'name', m.name, 'surname', m.surname, 'city', m.city,
                       'status', m.status, 'points', m.points, 'days', coalesce(g.days, '')) order by m.surname, m.name, m.id), '[]')
                      from shown m left join grid g on g.id = m.id),
           'next', (select m.id from shown m where (select count(*) from page) > $5 order by m.surname desc, m.name desc, m.id desc limit 1))::text
  from programme.shift s where s.id = $1;

-- name: console_shift_requests : E_MISSING
with page as (
    select r.id, r.status, r.is_repeated, iso(r.created) as at, r.created, p.id as child, p.name, p.surname, p.city, p.phone_number as phone,
           p.date_of_birth, p.status as child_status
      from programme.request r join programme.participant p on p.id = r.participant_id
     where r.shift_id = $1 and ($3::text is null or r.status::text = $3)
       and ($2::uuid is null or (r.created, r.id) > (select created, id from programme.request where id = $2))
     order by r.created, r.id limit $4 + 1
), shown as (
    select * from page order by created, id limit $4
)
select json_build_object(
           'data', (select coalesce(json_agg(json_build_object('id', q.id, 'status', q.status, 'times', q.is_repeated, 'at', q.at, 'child', q.child,
                       'name', q.name, 'surname', q.surname, 'city', q.city, 'phone', q.phone, 'born', q.date_of_birth, 'child_status', q.child_status)
                       order by q.created, q.id), '[]') from shown q),
           'next', (select q.id from shown q where (select count(*) from page) > $4 order by q.created desc, q.id desc limit 1))::text
  from programme.shift s where s.id = $1;

-- name: console_effect_before
select coalesce(max(id), 0) from programme.outbox;

-- name: console_effect_messages
-- What this transaction has put behind $1.
select o.id, o.chat_id, o.kind, o.payload::text as payload, p.name, p.surname
  from programme.outbox o join programme.participant p on p.id = o.participant_id
 where o.id > $1 and o.xmin = pg_current_xact_id()::xid
 order by p.surname, p.name, o.id limit $2;

-- name: console_effect_silent
-- Who has blocked the bot of those that the shift has to do with. Before the act: a shift that is cancelled has nobody left.
select count(*) from programme.participant p
 where p.telegram_blocked and (exists (select from programme.member m where m.participant_id = p.id and m.shift_id = $1 and m.status = 'active')
    or exists (select from programme.request r where r.participant_id = p.id and r.shift_id = $1 and r.status = 'pending'));

-- name: console_effect_counts
select json_build_object('status', s.status, 'messages', (select count(*) from programme.outbox o where o.id > $2 and o.xmin = pg_current_xact_id()::xid),
           'silent', $3::bigint)::text
  from programme.shift s where s.id = $1;
