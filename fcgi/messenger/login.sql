-- name: messenger_claims
-- The role is text: a JSON array of "admin" and the profiles, with the blanks that phones have always got.
select json_build_object('user', $1::bigint, 'otp', $2::text, 'role', '[' || concat_ws(', ',
    (select '"admin"' from account.permission_held where account_id = $1 and name = 'can_manage_messenger' limit 1),
    (select string_agg('{"type": "profile", "id": ' || id || '}', ', ' order by id)
       from messenger.profile where account_id = $1 and deleted_at is null)) || ']');

-- name: messenger_next_number
select nextval('messenger.session_number');

-- name: messenger_surplus
-- The newest stay.
select family from account.session
 where account_id = $1 and face = 'messenger' and kind = 'refresh' and revoked_at is null and spent_at is null and expires > utc($2)
 order by number desc offset $3;

-- name: messenger_push_set
update account.session set push_token = $2 where jti = $1;

-- name: messenger_push_take
-- A device that somebody else signs in on gets no more pushes for whoever had it before.
update account.session set push_token = null where push_token = $1 and face = 'messenger' and number <> $2;

-- name: messenger_seen
update account.account set last_login_at = utc($2) where id = $1;
