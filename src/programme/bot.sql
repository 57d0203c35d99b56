-- name: bot_note
-- Most updates are handled in the same transaction: nothing of them is kept but that they came.
insert into programme.bot_update (update_id, body, handled_at, chat_id, media_group)
values ($1::bigint, '{}', now(), nullif($2::bigint, 0), $3)
on conflict (update_id) do nothing;

-- name: bot_keep
insert into programme.bot_update (update_id, body, chat_id, media_group, last_error)
values ($1::bigint, $4::jsonb, nullif($2::bigint, 0), $3, $5)
on conflict (update_id) do nothing;

-- name: bot_open_update
select body from programme.bot_update where update_id = $1::bigint and handled_at is null for update;

-- name: bot_handled
update programme.bot_update set handled_at = now(), body = '{}', last_error = null where update_id = $1::bigint;

-- name: bot_sweep
-- Telegram keeps an update for a day.
delete from programme.bot_update where received < now() - interval '7 days' and handled_at is not null;

-- name: bot_lock_chat
select pg_advisory_xact_lock(hashtextextended('bot/' || $1::bigint, 0));

-- name: bot_person
select p.id, p.name, p.surname, p.city, p.phone_number, to_char(p.date_of_birth, 'DD.MM.YYYY') as born,
       p.telegram_blocked as blocked,
       exists (select from programme.member m join programme.shift s on s.id = m.shift_id and s.status = 'started'
                where m.participant_id = p.id and m.status = 'active') as is_member
  from programme.participant p where p.telegram_id = $1::bigint;

-- name: bot_set_blocked
update programme.participant set telegram_blocked = $2::boolean, updated = utc($3) where id = $1;
