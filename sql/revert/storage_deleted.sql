-- Revert samovar:storage_deleted from pg

begin;

create index file_version_server on storage.file_version (server_id);
drop index storage.file_version_link;

-- As it was before: a deleted server is forgotten, its objects stay.
delete from storage.copy where server_id in (select id from storage.server where deleted_at is not null);
delete from storage.server where deleted_at is not null;

create or replace function storage.keep_city() returns trigger
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

drop index storage.server_city;
drop index storage.server_name_taken;
alter table storage.server drop deleted_at;
create unique index server_name_taken on storage.server (lower(name));
create unique index server_city on storage.server (lower(city));

commit;
