-- Deploy samovar:messenger_wire to pg
-- How the phones' API shows a profile

begin;

create function messenger.http_date(timestamptz) returns text
language sql stable strict parallel safe
return to_char($1 at time zone 'UTC', 'Dy, DD Mon YYYY HH24:MI:SS "GMT"');
comment on function messenger.http_date is 'A time as in HTTP''s headers, which is how this API writes one.';

create function messenger.as_profile(p messenger.profile) returns json
language sql stable parallel safe
return json_build_object('resource', 'profile', 'uuid', (p).id, 'name', (p).name, 'team_name', (p).team_name,
	'description', (p).description, 'image_url', (p).image_url, 'phone', (p).phone, 'email', (p).email, 'sns', (p).sns,
	'data', (p).data, 'is_private', (p).private, 'created_at', messenger.http_date((p).created),
	'modified_at', messenger.http_date((p).modified), 'modified', (p).modified <> (p).created,
	'created_at_int', floor(extract(epoch from (p).created))::bigint,
	'modified_at_int', floor(extract(epoch from (p).modified))::bigint, 'commit_id', (p).commit_id);
comment on function messenger.as_profile is 'The profile object of the contract.';

create function messenger.role_of(account bigint) returns text
language sql stable parallel safe
return '[' || concat_ws(', ',
	(select '"admin"' from account.permission_held where account_id = account and name = 'can_manage_messenger' limit 1),
	(select string_agg('{"type": "profile", "id": ' || id || '}', ', ' order by id)
	   from messenger.profile where account_id = account and deleted_at is null)) || ']';
comment on function messenger.role_of is 'What tokens say of an account: a JSON array of "admin" and its profiles, with the blanks that phones have always got.';

commit;
