-- name: rights_lock
select pg_advisory_xact_lock(hashtextextended('account.rights', 0))::text;

-- name: rights_bump : E_CHANGED
update account.account set rights_version = rights_version + 1, updated = utc($3)
 where id = $1 and ($2::bigint = 0 or rights_version = $2);

-- name: rights_said : E_ACCOUNT_NOT_FOUND
select jsonb_build_object(
    'roles', (select coalesce(jsonb_agg(role order by role), '[]') from account.role_held where account_id = a.id),
    'permissions', (select coalesce(jsonb_agg(name order by name), '[]') from account.permission_held where account_id = a.id))::text
  from account.account a where id = $1;

-- name: rights_lost
-- A name among the permissions before that is none of those after; null: nothing was lost.
select min(name) from jsonb_array_elements_text($1::jsonb -> 'permissions') name
 where not ($2::jsonb -> 'permissions') ? name;

-- name: rights_not_held
select string_agg(name, ', ' order by name) from unnest(string_to_array($2, ' ')) name
 where not exists (select from account.account where id = $1 and is_superuser)
   and not exists (select from account.permission_held h where h.account_id = $1 and h.name = name.name);

-- name: rights_managers
-- Is there one? Each way to it has an index of its own.
select (exists (select from account.account where is_superuser and status = 'active')
     or exists (select from account.permission p join account.account a on a.id = p.account_id
                 where p.name = 'can_manage_people' and a.status = 'active')
     or exists (select from account.role_set s join account.role_held h on h.role = s.name join account.account a on a.id = h.account_id
                 where 'can_manage_people' = any (s.permissions) and a.status = 'active'))::int;

-- name: rights_unknown_role
select min(name) from unnest(string_to_array($1, ' ')) name
 where name <> '' and not exists (select from account.role_set s where s.name = name.name);

-- name: rights_of_new_roles
select coalesce(string_agg(distinct permission, ' '), '')
  from account.role_set s, unnest(s.permissions) permission
 where s.name = any (string_to_array($2, ' '))
   and not exists (select from account.role_held h where h.account_id = $1 and h.role = s.name);

-- name: rights_drop_roles
delete from account.role_held where account_id = $1 and role <> all (string_to_array($2, ' '));

-- name: rights_add_roles
insert into account.role_held (account_id, role)
select $1, name from unnest(string_to_array($2, ' ')) name
on conflict do nothing;

-- name: rights_take_role
delete from account.role_held where account_id = $1 and role = $2;

-- name: rights_unknown_permission
select min(name) from unnest(string_to_array($1, ' ')) name
 where name <> '' and not exists (select from account.permission_name n where n.name = name.name);

-- name: rights_new_permissions
select coalesce(string_agg(name, ' '), '') from unnest(string_to_array($2, ' ')) name
 where not exists (select from account.permission p where p.account_id = $1 and p.name = name.name);

-- name: rights_drop_permissions
delete from account.permission where account_id = $1 and name <> all (string_to_array($2, ' '));

-- name: rights_add_permissions
insert into account.permission (account_id, name)
select $1, name from unnest(string_to_array($2, ' ')) name
on conflict do nothing;

-- name: rights_new_of_role
select coalesce(string_agg(name, ' '), '') from unnest(string_to_array($2, ' ')) name
 where not exists (select from account.role_set s where s.name = $1 and name.name = any (s.permissions));

-- name: rights_role_said
select coalesce((select jsonb_build_object('title', title, 'permissions', to_jsonb(permissions))
                   from account.role_set where name = $1), '{"permissions": []}')::text;

-- name: rights_put_role : E_CHANGED
insert into account.role_set as s (name, title, permissions, updated)
select $1, coalesce($2, $1), array(select distinct name from unnest(string_to_array($3, ' ')) name order by name), utc($5)
 where $4::bigint = 0 or exists (select from account.role_set where name = $1)
on conflict (name) do update
   set title = coalesce($2, s.title), permissions = excluded.permissions, version = s.version + 1, updated = excluded.updated
 where s.version = $4;

-- name: rights_holders
select account_id as id from account.role_held where role = $1 order by account_id;
