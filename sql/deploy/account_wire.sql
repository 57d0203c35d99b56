-- Deploy samovar:account_wire to pg
-- requires: account
-- How an account is shown by the faces: one place for the members of each contract's object.

begin;

-- set search_path would keep the planner from putting the bodies in place; names are qualified instead.
create function account.permissions_of(bigint) returns json
language sql stable parallel safe
return (select coalesce(json_agg(p.name order by p.name), '[]'::json)
          from account.permission p where p.account_id = $1);
comment on function account.permissions_of is 'The names that an account holds, as a JSON array.';

create function account.as_user(account.account) returns json
language sql stable parallel safe
return json_build_object('username', coalesce(($1).username, ''), 'email', coalesce(($1).email, ''), 'first_name', ($1).name,
	'last_name', ($1).surname, 'is_superuser', ($1).is_superuser,
	'permissions', account.permissions_of(($1).id));
comment on function account.as_user is 'User of the storage contract, 4.1: exactly these six members.';

create function account.as_staff(account.account) returns json
language sql stable parallel safe
return json_build_object('id', ($1).uuid, 'name', ($1).name, 'surname', ($1).surname, 'email', ($1).email,
	'role', ($1).role, 'status', case ($1).status when 'active' then 'active' else 'blocked' end,
	'last_login_at', ($1).last_login_at, 'is_superadmin', ($1).is_superuser);
comment on function account.as_staff is 'Administrator of the programme contract, 4.0, in its order; null where not signed in yet.';

create function account.as_invitation(account.invitation) returns json
language sql stable parallel safe
return json_build_object('id', ($1).id, 'name', ($1).name, 'surname', ($1).surname, 'email', ($1).email,
	'expired_datetime', ($1).expires);
comment on function account.as_invitation is 'Invitation of the programme contract, 4.3; its token is never shown.';

commit;
