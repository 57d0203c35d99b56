-- name: staff_list
select json_strip_nulls(coalesce(json_agg(account.as_staff(a) order by a.surname, a.name, a.id), '[]'))
  from account.account a
 where role is not null
   and ($1::text is null or (status = 'active') = ($1 = 'active'))
   and ($2::text is null or role = $2::account.role);

-- name: staff_show : E_STAFF_NOT_FOUND
select json_strip_nulls(account.as_staff(a)) from account.account a where uuid = $1 and role is not null;

-- name: staff_show_all : E_STAFF_NOT_FOUND
select account.as_staff(a) from account.account a where uuid = $1 and role is not null;

-- name: staff_lock_name : E_STAFF_NOT_FOUND
select json_build_object('name', name, 'surname', surname)::text from account.account
 where uuid = $1 and role is not null for no key update;

-- name: staff_rename : E_STAFF_NOT_FOUND
update account.account set name = $2, surname = $3, updated = utc($4) where uuid = $1 and role is not null;
