-- name: rights_roles
select json_build_object('data', coalesce(json_agg(json_build_object('name', name, 'title', title,
    'permissions', permissions, 'version', version) order by name), '[]'), 'next', null) from account.role_set;

-- name: rights_role_version
select coalesce((select version from account.role_set where name = $1), 0);

-- name: rights_role
select json_build_object('name', name, 'title', title, 'permissions', permissions, 'version', version) as json, version
  from account.role_set where name = $1;

-- name: rights_person : E_ACCOUNT_NOT_FOUND
select account.as_person(a, r.names, p.names, null) as json, a.rights_version as version
  from account.account a
  left join account.permission_list p on p.account_id = a.id
  left join account.role_list r on r.account_id = a.id
 where a.uuid = $1;

-- name: rights_people
-- The page first, then what is shown of it: rights are looked up for its rows only.
with page as materialized (
    select a.id from account.account a
     where ($1::text is null or account.searched(a) like '%' || replace(replace(replace(lower($1), '!', '!!'), '%', '!%'), '_', '!_') || '%' escape '!')
       and ($2::text is null
            or exists (select from account.role_held h where h.account_id = a.id and h.role = $2)
            or 'programme.' || a.role::text = $2)
       and ($3::boolean is null or (a.email_confirmed_at is not null) = $3)
       and ($4::text is null or a.status = $4::account.status)
       and ($5::uuid is null or a.id > (select id from account.account where uuid = $5))
     order by a.id limit $6 + 1
), shown as (
    select a.id, a.uuid, account.as_person(a,
               (select json_agg(role order by role) from account.role_held where account_id = a.id),
               (select json_agg(name order by name) from account.permission_held where account_id = a.id), null) as person
      from (select id from page order by id limit $6) first join account.account a using (id)
)
select json_build_object('data', coalesce((select json_agg(person order by id) from shown), '[]'),
    'next', case when (select count(*) from page) > $6 then (select uuid from shown order by id desc limit 1) end);
