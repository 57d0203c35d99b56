-- Deploy samovar:storage_deleted to pg
-- A server that was deleted stays, hidden, until its objects are gone

begin;

alter table storage.server add deleted_at timestamptz;
comment on column storage.server.deleted_at is 'Not null: not there any more for people; the row stays until its objects are removed and no upload link leads there.';

-- Its name is free at once.
drop index storage.server_name_taken;
create unique index server_name_taken on storage.server (lower(name)) where deleted_at is null;
drop index storage.server_city;
create unique index server_city on storage.server (lower(city)) where deleted_at is null;

create or replace function storage.keep_city() returns trigger
language plpgsql as $$
begin
	if tg_op = 'INSERT' then
		new.city := coalesce(new.city, new.name);
	end if;
	if exists (select from storage.server s where s.id <> new.id and s.deleted_at is null and new.deleted_at is null
			and lower(s.city) = lower(new.name) and lower(s.name) <> lower(new.name)) then
		raise unique_violation using constraint = 'server_name_taken',
			message = 'the name was that of another server';
	end if;
	return new;
end $$;
comment on function storage.keep_city is 'No name may ever mean two servers that are not deleted.';

-- Which upload links still lead to a server.
create index file_version_link on storage.file_version (server_id, link_expires);
drop index storage.file_version_server;

commit;
