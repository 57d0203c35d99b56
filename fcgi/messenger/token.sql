-- name: messenger_refresh_rows
select jti, otp, user_agent, push_token, us(expires) as expires, spent_at is not null as is_spent from account.session
 where number = $1 and account_id = $2 and face = 'messenger' and kind = 'refresh';

-- name: messenger_is_admin
select exists (select from account.permission_held where account_id = $1 and name = 'can_manage_messenger')::int;
