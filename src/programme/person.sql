-- name: person_find
select p.id, p.name, p.surname, p.telegram_id, m.id as member_id, m.status as member_status, m.shift_id
  from programme.participant p
  left join (programme.member m join programme.shift s on s.id = m.shift_id and s.status = 'started') on m.participant_id = p.id
 where p.erased_at is null
   and (p.id::text = lower($1) or p.telegram_id::text = $1 or p.surname || ' ' || p.name = $1
        or ($1 !~ '[^0-9+() -]' and length(regexp_replace($1, '[^0-9]', '', 'g')) >= 10
            and right(regexp_replace(p.phone_number, '[^0-9]', '', 'g'), 10) = right(regexp_replace($1, '[^0-9]', '', 'g'), 10)))
 order by p.created limit 10;

-- name: person_lock_shifts
-- Before anything of the person, in the order of those who end shifts.
select count(*) from (
    select s.id from programme.shift s
     where s.id in (select shift_id from programme.member where participant_id = $1
                    union all select shift_id from programme.request where participant_id = $1)
     order by s.finished_at, s.id for update) locked;

-- name: person_lock : E_CONFLICT
select id from programme.participant where id = $1 and erased_at is null for no key update;

-- name: person_said
select name, surname, to_char(date_of_birth, 'DD.MM.YYYY') as date_of_birth, city, phone_number
  from programme.participant where id = $1;

-- name: person_phone_taken
select count(*) from programme.participant where phone_number = $1 and id <> $2;

-- name: person_correct
update programme.participant
   set name = $2, surname = $3, date_of_birth = $4::date, city = $5, phone_number = $6, updated = utc($7)
 where id = $1;

-- name: person_exclude : E_CONFLICT
update programme.member set status = 'excluded', excluded_at = utc($2), updated = utc($2)
 where id = $1 and status = 'active';

-- name: person_tell_excluded
insert into programme.outbox (key, participant_id, chat_id, kind, payload, priority)
select 'excluded/' || m.id || '/' || $2, p.id, p.telegram_id, 'excluded', '{}', 50
  from programme.member m join programme.participant p on p.id = m.participant_id
 where m.id = $1 and not p.telegram_blocked
on conflict (key) do nothing;

-- name: person_restore : E_CONFLICT
update programme.member set status = 'active', excluded_at = null, updated = utc($2)
 where id = $1 and status = 'excluded';

-- name: person_fill_days
insert into programme.report (shift_id, task_id, member_id, task_date, status, created, updated)
select s.id, (s.tasks ->> extract(day from d)::text)::uuid, m.id, d::date, 'not_participate', utc($3), utc($3)
  from programme.member m
  join programme.shift s on s.id = m.shift_id
 cross join lateral generate_series(s.started_at, least($2::date, s.finished_at), interval '1 day') d
 where m.id = $1 and s.tasks ? extract(day from d)::text
on conflict (member_id, task_date) do nothing;

-- name: person_resend_failed
-- Not what is of no use any more.
update programme.outbox set state = 'waiting', tries = 0, not_before = now(), last_error = null
 where participant_id = $1 and state in ('failed', 'presumed') and (not_after is null or not_after > utc($2));

-- name: person_resend_task
-- Once more beside the first one, which has its key: a second run within the same second adds nothing.
insert into programme.outbox (key, participant_id, chat_id, kind, payload, priority)
select 'task/' || r.task_date || '/' || m.id || '/' || $3, p.id, p.telegram_id, 'task',
       jsonb_build_object('name', p.name, 'task_id', t.id, 'title', t.title, 'url', t.url, 'missed', false), 40
  from programme.member m
  join programme.participant p on p.id = m.participant_id
  join programme.report r on r.member_id = m.id and r.task_date = $2::date and r.status = 'waiting'
  join programme.task t on t.id = r.task_id
 where m.id = $1 and m.status = 'active'
on conflict (key) do nothing;

-- name: person_reviewing
select distinct r.shift_id, r.member_id
  from programme.report r join programme.member m on m.id = r.member_id
 where m.participant_id = $1 and r.status = 'reviewing';

-- name: person_remove_photos
with photos as (
    delete from programme.report_photo p using programme.report r, programme.member m
     where r.id = p.report_id and m.id = r.member_id and m.participant_id = $1
    returning p.url
)
insert into job.job (kind, subject, key, priority, max_tries)
select distinct 'photo.remove', url, url, $2::smallint, $3::smallint from photos
on conflict (kind, key) do nothing;

-- name: person_close_reports
update programme.report r
   set report_url = null, updated = utc($2),
       status = case r.status when 'reviewing' then 'declined' when 'waiting' then 'skipped'
                              else r.status end::programme.report_status,
       reviewed_at = case when r.status = 'reviewing' then utc($2) else r.reviewed_at end
  from programme.member m
 where m.id = r.member_id and m.participant_id = $1
   and (r.report_url is not null or r.status in ('reviewing', 'waiting'));

-- name: person_close_intake
delete from programme.photo_intake i using programme.report r, programme.member m
 where r.id = i.report_id and m.id = r.member_id and m.participant_id = $1;

-- name: person_forget_absences
-- Whether somebody was ill is not for keeping; that these days did not count is in their reports.
delete from programme.absence a using programme.member m where m.id = a.member_id and m.participant_id = $1;

-- name: person_end_memberships
with ended as (
    update programme.member m set status = 'excluded', excluded_at = utc($2), updated = utc($2)
      from programme.shift s
     where m.participant_id = $1 and m.status = 'active' and s.id = m.shift_id
       and s.status not in ('finished', 'cancelled')
)
update programme.request set status = 'declined', updated = utc($2) where participant_id = $1 and status = 'pending';

-- name: person_forget_messages
with updates as (
    update programme.bot_update set body = '{}', chat_id = null, handled_at = coalesce(handled_at, utc($3)) where chat_id = $2::bigint
)
delete from programme.outbox where participant_id = $1 or chat_id = $2::bigint;

-- name: person_erase
-- Names are what must be unique or present; a negative Telegram id is no private chat.
update programme.participant
   set account_id = null, name = 'Удалено', surname = 'Удалено', date_of_birth = '1900-01-01', city = 'Удалено',
       phone_number = '-' || left(replace(id::text, '-', ''), 15),
       telegram_id = -(4611686018427387904 + (hashtextextended(id::text, 0) & 4611686018427387903)),
       status = 'declined', telegram_blocked = true, erased_at = utc($2), updated = utc($2)
 where id = $1;

-- name: photo_old
select count(*) from programme.report_photo p join programme.report r on r.id = p.report_id
 where p.removed_at is null and p.created < utc($1) and r.status <> 'reviewing';

-- name: photo_give_up
with photos as (
    update programme.report_photo p set removed_at = utc($2), has_original = false
      from programme.report r
     where r.id = p.report_id and p.removed_at is null and p.created < utc($1) and r.status <> 'reviewing'
    returning p.id, p.url
), looks as (
    delete from programme.photo_look l using photos where l.photo_id = photos.id
), reports as (
    update programme.report r set report_url = null from photos where r.report_url = photos.url
)
insert into job.job (kind, subject, key, priority, max_tries)
select distinct 'photo.remove', url, url, $3::smallint, $4::smallint from photos
on conflict (kind, key) do nothing;
