-- name: users_show : E_ACCOUNT_GONE
select json_strip_nulls(account.as_user(a)) from account.account a where id = $1;

-- name: users_claims : E_ACCOUNT_GONE
select json_build_object('user_id', uuid, 'permissions', account.permissions_of(id), 'is_superuser', is_superuser)
  from account.account where id = $1 and status = 'active';
