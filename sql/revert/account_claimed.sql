-- Revert samovar:account_claimed from pg

begin;

create or replace function account.as_user(account.account) returns json
language sql stable parallel safe
return json_build_object('username', coalesce(($1).username, ''), 'email', coalesce(($1).email, ''), 'first_name', ($1).name,
	'last_name', ($1).surname, 'is_superuser', ($1).is_superuser,
	'permissions', account.permissions_of(($1).id));

alter table account.account drop email_claimed;

commit;
