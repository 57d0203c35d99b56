-- Verify samovar:account_rights on pg

begin;

select name, title, permissions, version, updated from account.role_set where false;
select account_id, role, created from account.role_held where false;
select account_id, name from account.permission_held where false;
select account_id, names from account.role_list where false;
select rights_version from account.account where false;
select account.as_person(a, null, null, null) from account.account a where false;

-- Roles hold only what there is.
select 1 / (count(*) = 0)::int from account.role_set s, unnest(s.permissions) p
 where not exists (select from account.permission_name where name = p);

rollback;
