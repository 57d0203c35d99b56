-- name: intake_album
-- What of the album $1 was heard before: photos only ($4), or anything.
select count(*) from programme.bot_update
 where media_group = any(array[$1, case when not $4::boolean then 'other/' || $1 end])
   and chat_id = $2::bigint and update_id <> $3::bigint and handled_at is not null;

-- name: intake_used_id
select count(*) from programme.report_photo where telegram_unique_id = $1;

-- name: intake_used
select count(*) from programme.report_photo where sha256 = decode($1, 'hex');

-- name: intake_add
-- Null: it is there already.
with added as (
    insert into programme.photo_intake (report_id, chat_id, file_id, unique_id, received, album)
    values ($1, $2::bigint, $3, $4, utc($5), $6)
    on conflict on constraint photo_intake_taken do nothing
    returning id
)
select (select id::text from added);

-- name: intake_reopen
update programme.report set status = 'waiting', updated = utc($2) where id = $1 and status = 'skipped';

-- name: intake_show
-- waits: an earlier photo of the report is being fetched, and has not failed yet.
select exists (select from programme.photo_intake e where e.report_id = i.report_id and e.id < i.id and not e.delayed) as waits, i.id, i.chat_id, i.report_id, i.file_id, i.unique_id, r.status, r.number_attempt as attempts, r.task_date,
       r.shift_id, r.member_id, s.status as shift_status, s.sequence_number as number, m.participant_id
  from programme.photo_intake i
  join programme.report r on r.id = i.report_id
  join programme.member m on m.id = r.member_id
  join programme.shift s on s.id = r.shift_id
 where i.id = $1::bigint;

-- name: intake_lock
select false as waits, i.id, i.chat_id, i.report_id, i.file_id, i.unique_id, r.status, r.number_attempt as attempts, r.task_date,
       r.shift_id, r.member_id, s.status as shift_status, s.sequence_number as number, m.participant_id
  from programme.photo_intake i
  join programme.report r on r.id = i.report_id
  join programme.member m on m.id = r.member_id
  join programme.shift s on s.id = r.shift_id
 where i.id = $1::bigint
   for no key update of s for update of r, i;

-- name: intake_lock_content
-- The same picture from two children at once: the second one waits, and finds the first.
select pg_advisory_xact_lock(hashtextextended('photo/' || $1, 0));

-- name: intake_add_photo
insert into programme.report_photo (report_id, attempt, url, sha256, bytes, content_type, telegram_file_id,
                                    telegram_unique_id, created, has_original)
select r.id, r.number_attempt + 1, $2, decode($3, 'hex'), $4::integer, 'image/jpeg', $5, $6, utc($7), $8::boolean
  from programme.report r where r.id = $1
returning id::text;

-- name: intake_file_used
select count(*) from programme.report_photo where report_id = $1 and url = $2;

-- name: intake_report
update programme.report r
   set status = 'reviewing', report_url = $2, number_attempt = r.number_attempt + 1, updated = utc($4),
       uploaded_at = (select received from programme.photo_intake where id = $3::bigint)
 where r.id = $1;

-- name: intake_delay
update programme.photo_intake set delayed = true where id = $1::bigint;

-- name: intake_next
-- Of a report's photos the next to be fetched; null: none. $2: left out, or null.
select min(id)::text from programme.photo_intake where report_id = $1 and not delayed and id is distinct from $2::bigint;

-- name: intake_left
select count(*) from programme.photo_intake where report_id = $1;

-- name: intake_remove_others
-- The other photos of a report that has one. Who was told that theirs comes later, or sent it in the same album, hears no more.
with others as (
    delete from programme.photo_intake where report_id = $1 and id <> $2::bigint returning id, chat_id, delayed, album
)
select o.id, o.chat_id from others o
 where not o.delayed and (o.album is null or o.album is distinct from (select album from programme.photo_intake where id = $2::bigint))
 order by o.id;

-- name: intake_remove
delete from programme.photo_intake where id = $1::bigint;

-- name: intake_close_report
update programme.report r set status = 'skipped', updated = utc($3)
  from programme.shift s
 where r.id = $1 and r.status = 'waiting' and s.id = r.shift_id
   and (r.task_date < $2::date or s.status <> 'started');
