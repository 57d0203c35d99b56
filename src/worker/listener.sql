-- name: listener_next
-- After a week without updates Telegram goes on with any number, also a smaller one: then whatever is there
-- is asked for.
select coalesce((select polling_offset from programme.bot_state
                  where exists (select from programme.bot_update where received > now() - interval '3 days')), 0);

-- name: listener_offset
insert into programme.bot_state (polling_offset) values ($1::bigint)
on conflict (one) do update set polling_offset = excluded.polling_offset;

-- name: listener_health
insert into programme.bot_state (me, checked_at, check_error) values ($1::jsonb, now(), $2)
on conflict (one) do update
   set me = coalesce(excluded.me, programme.bot_state.me), checked_at = now(), check_error = excluded.check_error;
