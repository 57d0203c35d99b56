-- name: console_sessions
-- Live sign-ins of an account ($1): one row a family of tokens; $3 is a token of one's own, '' where it is somebody else's.
select json_build_object('data', coalesce(json_agg(json_build_object('face', face, 'since', iso(since), 'until', iso(until),
           'address', host(address), 'agent', user_agent, 'own', own) order by since desc), '[]'), 'next', null)::text
  from (select s.face, min(s.created) as since, max(s.expires) as until,
               (array_agg(s.address order by s.created desc))[1] as address,
               (array_agg(s.user_agent order by s.created desc))[1] as user_agent,
               bool_or(s.jti::text = $3) as own
          from account.session s
         where s.account_id = $1 and s.revoked_at is null and s.spent_at is null and s.expires > utc($2)
         group by s.face, s.family) live;

-- name: console_is_named
-- $2 is what the page asks for: a name that signs in or is claimed, or the person's; the uuid of somebody who has nothing of these.
select count(*) from account.account a
       cross join lateral (select nullif(concat_ws(' ', nullif(a.name, ''), nullif(a.surname, '')), '') as whole) shown
 where a.id = $1 and $2::text = any (array[a.username::text, a.email::text, a.email_claimed::text, shown.whole,
                                           case when coalesce(a.username, a.email, a.email_claimed, shown.whole) is null then a.uuid::text end]);
