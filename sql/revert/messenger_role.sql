-- Revert samovar:messenger_role from pg

begin;

create function messenger.role_of(account bigint) returns text
language sql stable parallel safe
return '[' || concat_ws(', ',
	(select '"admin"' from account.permission_held where account_id = account and name = 'can_manage_messenger' limit 1),
	(select string_agg('{"type": "profile", "id": ' || id || '}', ', ' order by id)
	   from messenger.profile where account_id = account and deleted_at is null)) || ']';
comment on function messenger.role_of is 'What tokens say of an account: a JSON array of "admin" and its profiles, with the blanks that phones have always got.';

commit;
