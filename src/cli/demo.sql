-- name: demo_shifts_there
select count(*) from programme.shift;

-- Staff who own files stay, with their role.
-- name: demo_delete_staff
delete from account.account a
 where a.role is not null and not exists (select from storage.file f where f.account_id = a.id);

-- name: demo_tasks_there
select count(*) from programme.task where not is_archived;

-- name: demo_server
insert into storage.server (name, host, port, location, zone, latitude, longitude, is_on, is_active, created, updated)
values ($1, $2, $3::integer, $4, $5, $6, $7, true, $8, clock_timestamp(), clock_timestamp())
on conflict do nothing;

-- name: demo_participants
-- $1 how many, $2 seed
insert into programme.participant (name, surname, date_of_birth, city, phone_number, telegram_id, status)
select (array['Иван', 'Анна', 'Пётр', 'Мария', 'Тимур', 'Алина', 'Егор', 'Дарья', 'Артём', 'Камила'])
           [1 + (hashtextextended('name' || n, $2::bigint) & 1023) % 10],
       (array['Иванко', 'Белых', 'Черных', 'Юсупко', 'Галко', 'Седых', 'Долгих', 'Мельник', 'Кравец', 'Русских'])
           [1 + (hashtextextended('surname' || n, $2::bigint) & 1023) % 10],
       date '1986-01-01' + ((hashtextextended('birth' || n, $2::bigint) & 2147483647) % 10957)::integer,
       (array['Москва', 'Уфа', 'Казань', 'Самара', 'Пермь', 'Екатеринбург'])[1 + n % 6],
       format('+7 999 %s-%s-%s', substr(p, 1, 3), substr(p, 4, 2), substr(p, 6, 2)),
       123556787 + n,
       (array['verified', 'declined', 'pending'])[1 + n % 3]::programme.participant_status
  from generate_series(0, $1::integer - 1) n
 cross join lateral (select to_char((1234567 + n) % 10000000, 'FM0000000') as p) phone
on conflict do nothing;

-- name: demo_shift
-- $1 status, $2 first day, $3 last day, $4 title, $5 final message, $6 seed
insert into programme.shift (status, started_at, finished_at, title, final_message, tasks, created)
select $1::programme.shift_status, $2::date, $3::date, $4, $5,
       jsonb_object_agg(day::text, id), least(now(), $2::date::timestamptz - interval '30 days')
  from (select id, row_number() over (order by hashtextextended(id::text || $2, $6::bigint)) as place,
               count(*) over () as tasks
          from programme.task where not is_archived) t
  join generate_series(1, 31) day on (day - 1) % tasks = place - 1
returning id;

-- The first participant is in each shift: docs/programme.md speaks to the bot as that child.
-- name: demo_requests
-- $1 shift, $2 status of the request, $3 status of the people, $4 how many, $5 seed
insert into programme.request (participant_id, shift_id, status, created)
select id, $1, $2::programme.request_status,
       (select least(now(), s.started_at::timestamptz) - make_interval(mins => 600 + (hashtextextended(participant.id::text, $5::bigint) & 16383)::integer)
          from programme.shift s where s.id = $1)
  from programme.participant
 where status = $3::programme.participant_status and not is_test_user
   and not exists (select from programme.request r where r.participant_id = participant.id and r.shift_id = $1)
 order by telegram_id <> 123556787, hashtextextended(id::text || $1, $5::bigint) limit $4::bigint;

-- name: demo_members
insert into programme.member (participant_id, shift_id, created)
select participant_id, shift_id, created + interval '5 hours' from programme.request where shift_id = $1 and status = 'approved';

-- name: demo_reports
-- One for each day of the shift up to $2; all are reviewed but those of $2 itself. Every third member
-- (the first, the fourth, ...) has none for $2 yet: they get the day's task. Sent when children are at home, seldom before school; reviewed some
-- hours later. $3 seed, $4 now, $5 the hour of new tasks, $6 the zone of days
insert into programme.report (shift_id, task_id, member_id, task_date, status, report_url, uploaded_at, number_attempt,
                              reviewed_by, reviewed_at, created, updated)
select s.id, (s.tasks ->> extract(day from d)::text)::uuid, m.id, d::date,
       case when open then 'reviewing'
            when lucky then 'approved' else 'declined' end::programme.report_status,
       format('/shift_%s/%s/%s_demo.jpg', s.sequence_number, m.participant_id, d::date), sent, 1,
       case when not open then a.id end, case when not open then reviewed end,
       issued, case when open then sent else reviewed end
  from programme.shift s
  join (select m.*, row_number() over (order by p.telegram_id) as place
          from programme.member m join programme.participant p on p.id = m.participant_id where m.shift_id = $1) m on m.shift_id = s.id
 cross join lateral generate_series(s.started_at::timestamp, least(s.finished_at, $2::date)::timestamp, interval '1 day') d
 cross join lateral (select hashtextextended(m.place::text || d::date, $3::bigint) as hash) h
 cross join lateral (select (hash & 1023)::integer as one, (hash >> 10 & 1023)::integer as two, (hash >> 20 & 1023)::integer as three,
                            d::date = $2::date and s.status = 'started' as open) x
 cross join lateral (select one % 4 > 0 as lucky, (d + make_interval(hours => $5::integer)) at time zone $6 as issued) l
 cross join lateral (
    select case when d::date = $2::date then issued + (least(utc($4), issued + interval '14 hours') - issued) * ((two + 32) / 1088.0)
                else (d + make_interval(hours => (array[9, 10, 12, 13, 14, 15, 15, 16, 16, 17, 17, 18, 18, 19, 20, 21])[1 + (two & 15)],
                                        secs => three * 3600 / 1024.0)) at time zone $6 end as sent) u
 cross join lateral (select least(utc($4), sent + make_interval(mins => 20 + one * 14 / 10)) as reviewed) v
  left join account.account a on a.email = 'user@example.com'
 where s.id = $1 and not (open and place % 3 = 1);

-- name: demo_points
update programme.member m
   set numbers_lombaryers = (select count(*) from programme.report r where r.member_id = m.id and r.status = 'approved')
 where shift_id = $1;

-- name: demo_cards_there
select count(*) from cards.card;
