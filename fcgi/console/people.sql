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
