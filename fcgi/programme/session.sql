-- name: staff_claims
select json_build_object('email', email) from account.account where id = $1;

-- name: staff_signed_in
update account.account set last_login_at = utc($2) where id = $1;

-- name: staff_with_token : E_ACCOUNT_NOT_FOUND
select left(json_strip_nulls(account.as_staff(a))::text, -1) || ',"access_token":' || to_json($2::text) || '}'
  from account.account a where id = $1;

-- name: staff_me : E_ACCOUNT_NOT_FOUND
select json_strip_nulls(account.as_staff(a)) from account.account a where id = $1;
