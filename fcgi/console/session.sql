-- name: console_rights : E_TOKEN_EXPIRED
select json_build_object('role', a.role, 'has_factor', exists (select from account.second_factor f where f.account_id = a.id and f.confirmed_at is not null), 'is_superuser', a.is_superuser, 'permissions', coalesce(p.names, '[]'))
  from account.account a left join account.permission_list p on p.account_id = a.id
 where a.id = $1 and a.status = 'active';

-- name: console_is_fresh
select count(*) from account.session where jti = $1 and proved_at > utc($2) - $3 * interval '1 second';

-- name: console_proved
update account.session set proved_at = utc($2) where jti = $1;

-- name: console_me : E_TOKEN_EXPIRED
select json_build_object('uuid', a.uuid, 'name', a.name, 'surname', a.surname, 'username', a.username, 'email', a.email,
           'language', a.language, 'is_superuser', a.is_superuser,
           'roles', account.with_programme_role(r.names, a.role), 'permissions', coalesce(p.names, '[]'),
           'has_factor', exists (select from account.second_factor f where f.account_id = a.id and f.confirmed_at is not null), 'may', $2::json, 'site', $3::json)
  from account.account a
  left join account.permission_list p on p.account_id = a.id
  left join account.role_list r on r.account_id = a.id
 where a.id = $1;
