-- name: people_claims : E_TOKEN_EXPIRED
select json_build_object('sub', a.uuid, 'iss', $2::text, 'roles', account.with_programme_role(r.names, a.role),
	'permissions', coalesce(p.names, '[]'), 'is_superuser', a.is_superuser,
	'email_confirmed', a.email_confirmed_at is not null)
  from account.account a
  left join account.permission_list p on p.account_id = a.id
  left join account.role_list r on r.account_id = a.id
 where a.id = $1 and a.status = 'active';

-- name: people_show : E_ACCOUNT_NOT_FOUND
select account.as_person(a, r.names, p.names, s.json)
  from account.account a
  left join lateral (select json_build_object('id', i.id, 'avatar', '/people/api/v1/avatars/' || a.uuid,
                            'visibility', coalesce(a.picture_visibility::text, $2), 'ready_at', iso(i.ready_at)) as json
                       from account.picture i where i.account_id = a.id and i.state = 'ready') s on true
  left join account.permission_list p on p.account_id = a.id
  left join account.role_list r on r.account_id = a.id
 where a.id = $1;
