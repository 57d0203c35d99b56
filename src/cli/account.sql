-- name: account_table
select id, username, email, role, status, is_superuser as superuser
  from account.account where $1::text is null or role = $1::account.role order by id;

-- name: account_permission_lines
select string_agg(name, E'\n' order by name) from account.permission where account_id = $1;

-- name: account_role_table
select h.role, s.title, array_to_string(s.permissions, ' ') as permissions
  from account.role_held h join account.role_set s on s.name = h.role
 where h.account_id = $1
union all
select 'programme.' || role, initcap(role::text), '' from account.account where id = $1 and role is not null
 order by 1;

-- name: account_unconfirmed_table
select id, username, coalesce(email, email_claimed) as email, iso(created) as since, iso(confirm_by) as until, email_trouble as trouble
  from account.account a
 where account.is_unconfirmed(a) order by created, id limit 1000;

-- name: account_session_table
select jti as session, face, kind, iso(created) as since, iso(expires) as until, host(address) as address,
       left(user_agent, 60) as user_agent
  from account.session where account_id = $1 and revoked_at is null and expires > utc($2) order by created;

-- name: account_export
select jsonb_pretty(jsonb_build_object(
    'account', (select to_jsonb(a) - 'password' from account.account a where id = $1),
    'permissions', (select coalesce(jsonb_agg(name order by name), '[]') from account.permission where account_id = $1),
    'roles', (select coalesce(jsonb_agg(role order by role), '[]') from account.role_held where account_id = $1),
    'sessions', (select coalesce(jsonb_agg(to_jsonb(s) - 'jti' - 'family' - 'otp' - 'push_token' - 'next_access' - 'next_refresh' order by created), '[]')
                   from account.session s where account_id = $1),
    'invitations', (select coalesce(jsonb_agg(to_jsonb(i) - 'token' order by created), '[]') from account.invitation i
                     where email = (select email from account.account where id = $1)),
    'networks', (select coalesce(jsonb_agg(to_jsonb(n) - 'account_id' order by network), '[]') from account.familiar n
                  where account_id = $1),
    'did', (select coalesce(jsonb_agg(to_jsonb(x) order by id), '[]') from account.audit x where actor = $1),
    'files', (select coalesce(jsonb_agg(to_jsonb(f) order by created), '[]') from storage.file f where account_id = $1),
    'pictures', (select coalesce(jsonb_agg(to_jsonb(p) || jsonb_build_object('files',
                            (select coalesce(jsonb_agg(to_jsonb(f) - 'picture_id' || jsonb_build_object('object', v.key)), '[]')
                               from account.picture_file f join storage.file s on s.id = f.file_id
                               join storage.file_version v on v.id = s.current_version where f.picture_id = p.id)) order by created), '[]')
                   from account.picture p where account_id = $1),
    'history', (select coalesce(jsonb_agg(to_jsonb(h) order by created), '[]') from storage.history h where account_id = $1),
    'messenger', jsonb_build_object(
        'person', (select to_jsonb(p) from messenger.person p where account_id = $1),
        'profiles', (select coalesce(jsonb_agg(to_jsonb(p) order by id), '[]') from messenger.profile p where account_id = $1),
        'relations', (select coalesce(jsonb_agg(to_jsonb(r) order by id), '[]') from messenger.relation r where from_account_id = $1),
        'cards', (select coalesce(jsonb_agg(to_jsonb(k) order by id), '[]') from messenger.card k where account_id = $1),
        'subscriptions', (select coalesce(jsonb_agg(to_jsonb(s) order by id), '[]') from messenger.subscription s where account_id = $1),
        'rooms', (select coalesce(jsonb_agg(to_jsonb(t) order by id), '[]') from messenger.participant t where account_id = $1),
        'said', (select coalesce(jsonb_agg(to_jsonb(e) order by e.id), '[]') from messenger.event e
                   join messenger.participant t on t.id = e.participant_id where t.account_id = $1),
        'files', (select coalesce(jsonb_agg(to_jsonb(u) order by id), '[]') from messenger.upload u where account_id = $1),
        'reports', (select coalesce(jsonb_agg(to_jsonb(r) order by id), '[]') from messenger.report r where reporter_id = $1)),
    'cards', (select coalesce(jsonb_agg(to_jsonb(k) || jsonb_build_object('member', to_jsonb(m)) order by k.id), '[]')
                from cards.card k join cards.member m on m.id = k.member_id where m.account_id = $1),
    'participant', (select to_jsonb(p) from programme.participant p where account_id = $1)));
