-- name: console_absences
-- Days in a row of one child and one kind are one: the day less its number among them is the same for all of them.
select coalesce(json_agg(json_build_object('member', x.member_id, 'name', p.name || ' ' || p.surname, 'kind', x.kind, 'from', x.first,
           'to', x.last, 'days', x.days, 'by_staff', x.is_staffs) order by x.first, p.surname, p.name, x.member_id), '[]')::text
  from (select member_id, kind, is_staffs, min(day) as first, max(day) as last, count(*) as days
          from (select a.*, a.day - (row_number() over (partition by a.member_id, a.kind, a.is_staffs order by a.day))::integer as run
                  from programme.absence a where a.day >= $1::date) n
         group by member_id, kind, is_staffs, run order by min(day), member_id limit 500) x
  join programme.member m on m.id = x.member_id
  join programme.participant p on p.id = m.participant_id;

-- name: console_children
select coalesce(json_agg(json_build_object('id', id, 'name', name, 'city', city, 'shift', title)), '[]')::text
  from (select m.id, p.name || ' ' || p.surname as name, p.city, s.title
          from programme.shift s
          join programme.member m on m.shift_id = s.id and m.status = 'active'
          join programme.participant p on p.id = m.participant_id
         where s.status in ('started', 'preparing')
           and strpos(lower(p.surname || ' ' || p.name || ' ' || p.surname), lower($1)) > 0
         order by p.surname, p.name, m.id limit 20) found;

-- name: console_child : E_MISSING
select json_build_object('id', m.id, 'name', p.name || ' ' || p.surname, 'city', p.city, 'points', m.numbers_lombaryers,
           'shift', s.title, 'started_at', s.started_at, 'finished_at', s.finished_at, 'excluded', m.status = 'excluded',
           'left', greatest($2::bigint - (select count(*) from programme.absence a where a.member_id = m.id and not a.is_staffs), 0),
           'days', (select json_agg(json_build_object('day', d::date, 'status', r.status, 'absence', a.kind) order by d)
                      from generate_series(s.started_at, s.finished_at, interval '1 day') d
                      left join programme.report r on r.member_id = m.id and r.task_date = d::date
                      left join programme.absence a on a.member_id = m.id and a.day = d::date))::text
  from programme.member m
  join programme.participant p on p.id = m.participant_id
  join programme.shift s on s.id = m.shift_id
 where m.id = $1;
