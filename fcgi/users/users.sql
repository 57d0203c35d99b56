-- name: users_show : E_ACCOUNT_NOT_FOUND
select json_strip_nulls(account.as_user(a, p.names))
  from account.account a left join account.permission_list p on p.account_id = a.id where a.id = $1;

-- name: users_claims : E_ACCOUNT_NOT_FOUND
select json_build_object('user_id', uuid, 'permissions', coalesce(p.names, '[]'), 'is_superuser', is_superuser)
  from account.account a left join account.permission_list p on p.account_id = a.id
 where a.id = $1 and a.status = 'active';
