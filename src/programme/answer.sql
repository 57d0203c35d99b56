-- name: answer_say
insert into programme.outbox (key, participant_id, chat_id, kind, payload, priority)
select $1, (select id from programme.participant where telegram_id = $2::bigint), $2::bigint, 'text',
       jsonb_strip_nulls(jsonb_build_object('text', $3::text, 'markup', $4::text)), $5::smallint
 where not exists (select from programme.outbox where chat_id = $2::bigint and state = 'waiting' and kind = 'text'
                      and payload ->> 'text' = $3::text and payload ->> 'markup' is not distinct from $4::text)
on conflict (key) do nothing;

-- name: answer_note
insert into programme.outbox (key, participant_id, chat_id, kind, payload, priority)
values ($1, (select id from programme.participant where telegram_id = $2::bigint), $2::bigint, 'note',
        jsonb_build_object('query', $3::text, 'text', $4::text), $5::smallint)
on conflict (key) do nothing;

-- name: answer_edit
insert into programme.outbox (key, participant_id, chat_id, kind, payload, priority)
values ($1, (select id from programme.participant where telegram_id = $2::bigint), $2::bigint, 'edit',
        jsonb_build_object('message_id', $3::bigint, 'text', $4::text), $5::smallint)
on conflict (key) do nothing;
