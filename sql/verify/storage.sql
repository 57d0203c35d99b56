-- Verify samovar:storage on pg

begin;

select id, name, host, port, location, zone, latitude, longitude, is_on, is_active, public_url, region, created, updated
  from storage.server where false;
select id, account_id, name, size, content_type, current_version, deleted_at, created, updated
  from storage.file where false;
select id, file_id, key, state, announced_size, size, etag, sha256, server_id, link_expires, created, stored_at,
       superseded_at
  from storage.file_version where false;
select version_id, server_id, etag, doomed_at, created, checked_at from storage.copy where false;
select id, file_id, password, expire_at, created from storage.link where false;
select id, account_id, object_id, event, data, created from storage.history where false;
select account_id, bytes from storage.quota where false;

-- Names of servers are one whatever their case; a file is served from a version of its own.
do $$
declare
	owner bigint;
	a uuid;
	b uuid;
	v uuid := gen_random_uuid();
begin
	insert into storage.server (name, host, port, location, zone, latitude, longitude, is_on, is_active)
		values ('Verify_1', 'h', 1, 'l', 'z', 0, 0, false, false);
	begin
		insert into storage.server (name, host, port, location, zone, latitude, longitude, is_on, is_active)
			values ('verify_1', 'h', 1, 'l', 'z', 0, 0, false, false);
		raise exception 'two servers differ in case only';
	exception when unique_violation then
		null;
	end;
	insert into account.account default values returning id into owner;
	insert into storage.file (account_id, name, size) values (owner, 'a', 1) returning id into a;
	insert into storage.file (account_id, name, size) values (owner, 'b', 1) returning id into b;
	insert into storage.file_version (id, file_id, key, announced_size) values (v, a, a || '/' || v, 1);
	update storage.file set current_version = v where id = a;
	begin
		update storage.file set current_version = v where id = b;
		raise exception 'a file took the version of another';
	exception when foreign_key_violation then
		null;
	end;
end $$;

rollback;
