-- name: health
-- A worker asks Telegram every minute; when it does not, nobody knows.
select coalesce((select check_error is null and coalesce(checked_at > now() - interval '5 minutes', true)
                   from programme.bot_state), true) as bot,
       (select coalesce(check_error, 'no worker has asked Telegram since ' || iso(checked_at)) from programme.bot_state) as bot_error;
