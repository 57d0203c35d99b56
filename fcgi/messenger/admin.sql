-- name: messenger_admin_users
select a.id as uuid, a.username as id, p.nickname, a.email, a.status, a.status_reason as reason,
       to_char(a.last_login_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI') as last_login
  from account.account a join messenger.person p on p.account_id = a.id
 where a.id > $1 order by a.id limit $2;

-- name: messenger_admin_sessions
select s.number as jti, s.account_id as user, to_char(s.expires at time zone 'UTC', 'YYYY-MM-DD HH24:MI') as expires,
       host(s.address) as address, s.user_agent as agent, s.push_token is not null as pushes
  from account.session s
 where s.face = 'messenger' and s.kind = 'refresh' and s.revoked_at is null and s.spent_at is null and s.expires > utc($3) and s.number > $1
 order by s.number limit $2;

-- name: messenger_admin_links
select t.id, t.account_id as user, t.purpose, to_char(t.expires at time zone 'UTC', 'YYYY-MM-DD HH24:MI') as expires,
       t.used_at is not null as used
  from account.email_token t
 where t.purpose like 'phone%' and t.id > $1 order by t.id limit $2;

-- name: messenger_admin_revoked
select s.number as jti, s.account_id as user, s.revoked_why as value, to_char(s.revoked_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI') as at
  from account.session s
 where s.face = 'messenger' and s.revoked_at > utc($3) - interval '14 days' and s.number > $1
 order by s.revoked_at desc, s.jti limit $2;

-- name: messenger_admin_live
select count(*) from account.session
 where account_id = $1 and face = 'messenger' and kind = 'refresh' and revoked_at is null and spent_at is null and expires > utc($2);

-- name: messenger_admin_family
select coalesce((select family::text from account.session
                  where number = $1 and face = 'messenger' and kind = 'refresh' and revoked_at is null and expires > utc($2) limit 1), '');

-- name: messenger_admin_stale
with gone as (
    delete from messenger.sync_due where $1::boolean
)
update messenger.sync_file set stale = true where not $1::boolean or account_id in (select account_id from messenger.sync_due);
