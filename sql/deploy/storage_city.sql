-- Deploy samovar:storage_city to pg
-- A server keeps the name that its events call it by
--
-- The embedded store, and whoever was told a routing key, know a server by the name that it had first.

begin;

alter table storage.server add column city text;
update storage.server set city = name;
alter table storage.server alter city set not null;
comment on column storage.server.city is 'The name in its events and in the embedded store: its first one, whatever it is called now.';
create unique index server_city on storage.server (lower(city));

create function storage.keep_city() returns trigger
language plpgsql as $$
begin
	if tg_op = 'INSERT' then
		new.city := coalesce(new.city, new.name);
	end if;
	if exists (select from storage.server s where s.id <> new.id
			and lower(s.city) = lower(new.name) and lower(s.name) <> lower(new.name)) then
		raise unique_violation using constraint = 'server_name_taken',
			message = 'the name was that of another server';
	end if;
	return new;
end $$;
comment on function storage.keep_city is 'No name may ever mean two servers.';
create trigger server_keep_city before insert or update of name on storage.server
	for each row execute function storage.keep_city();

commit;
