-- Revert samovar:account_rights from pg

begin;

drop function account.as_person;
drop function account.with_programme_role;
drop view account.role_list;
create or replace function account.permissions_of(bigint) returns json
language sql stable parallel safe
return (select coalesce(json_agg(p.name order by p.name), '[]'::json)
          from account.permission p where p.account_id = $1);
create or replace view account.permission_list as
select account_id, json_agg(name order by name) as names from account.permission group by account_id;
drop view account.permission_held;
alter table account.account drop rights_version;
drop table account.role_held;
drop table account.role_set;
delete from account.permission_name
 where name in ('can_manage_people', 'can_edit_catalogue', 'can_view_cards', 'can_edit_cards', 'can_edit_card_layouts',
	'can_withdraw_card', 'can_moderate', 'can_operate');

commit;
