-- Deploy samovar:messenger_import to pg
-- requires: messenger_data
-- What an import from an older messenger remembers, and how it reads what was encoded twice

begin;

create table messenger.imported_account (
	old_id bigint primary key,
	account_id bigint not null unique references account.account on delete cascade
);
comment on table messenger.imported_account is 'Accounts that samovarctl messenger import has brought, so that it can go on where it was broken off.';
comment on column messenger.imported_account.old_id is 'TB_USER.uuid; the account has another number where this one was taken.';

create function messenger.unwrapped(data text) returns text
language plpgsql immutable parallel safe as $$
declare
	value jsonb;
begin
	value := data::jsonb;
	for i in 1..3 loop
		exit when jsonb_typeof(value) <> 'string';
		value := (value #>> '{}')::jsonb;
	end loop;
	return case when jsonb_typeof(value) = 'object' then value::text end;
exception when others then
	return null;
end $$;
comment on function messenger.unwrapped is 'The JSON object of a text that may have been encoded as JSON several times over; null: there is none.';

commit;
