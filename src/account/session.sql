-- name: session_get
select s.jti, s.face, s.family, s.kind, s.claims, s.account_id, a.uuid, a.email, a.role, a.status,
       us(s.created) as created, us(s.expires) as expires, us(s.revoked_at) as revoked_at,
       us(s.spent_at) as spent_at
  from account.session s join account.account a on a.id = s.account_id
 where s.jti = $1 and s.face = $2 and s.kind = $3::account.token_kind;

-- name: session_lock_account
select id from account.account where id = $1 for update;

-- name: session_insert
insert into account.session (jti, account_id, face, family, kind, claims, user_agent, address, created, expires, number, otp, push_token)
values ($1, $2, $3, $4, $5::account.token_kind, $6, left($7, 1000), nullif($8, '')::inet, utc($9), utc($10), nullif($11::bigint, 0),
        case when $5::text = 'refresh' then $12 end, case when $5::text = 'refresh' then $13 end)
returning jti, face, family, kind, claims, us(created) as created, us(expires) as expires, number;

-- name: session_prolong
update account.session set expires = utc($3)
 where jti = $1 and revoked_at is null and expires between utc($2) and utc($3) - interval '5 minutes';

-- name: session_spend
update account.session set spent_at = utc($2), next_access = $3, next_refresh = $4 where jti = $1;

-- name: session_next
select s.jti, s.face, s.family, s.kind, s.claims, us(s.created) as created, us(s.expires) as expires, s.number
  from account.session old join account.session s
    on s.jti = case $2 when 'access' then old.next_access else old.next_refresh end
 where old.jti = $1 and s.revoked_at is null;

-- name: session_revoke_all
update account.session set revoked_at = utc($2), revoked_why = $3
 where account_id = $1 and revoked_at is null and expires > utc($2)
returning face, jti, kind;

-- name: session_revoke_face
update account.session set revoked_at = utc($2), revoked_why = $3
 where account_id = $1 and face = $4 and revoked_at is null and expires > utc($2)
returning face, jti, kind;

-- name: session_revoke_face_access
update account.session set revoked_at = utc($2), revoked_why = $3
 where account_id = $1 and face = $4 and kind = 'access' and revoked_at is null and expires > utc($2)
returning face, jti, kind;

-- name: session_revoke_others
update account.session set revoked_at = utc($2), revoked_why = $3
 where account_id = $1 and revoked_at is null and expires > utc($2)
   and family is distinct from (select family from account.session where jti = $4)
returning face, jti, kind;

-- name: session_revoke_single
update account.session set revoked_at = utc($2), revoked_why = $3
 where jti = $1 and revoked_at is null and expires > utc($2)
returning face, jti, kind;

-- name: session_revoke_family
update account.session set revoked_at = utc($2), revoked_why = $3
 where family = $1 and revoked_at is null and expires > utc($2)
returning face, jti, kind;

-- name: session_revoke_access
update account.session set revoked_at = utc($2), revoked_why = $3
 where family = $1 and kind = 'access' and revoked_at is null and expires > utc($2)
returning face, jti, kind;
