-- Deploy samovar:storage_usage to pg
-- requires: storage
-- A counter of what the files of an account take, kept by the transaction that changes them

begin;

alter table storage.file add counted bigint not null default 0;
comment on column storage.file.counted is 'Bytes that it counts with: what is announced or what is served, whichever is more; deleted: 0. Kept by a trigger.';

create table storage.usage (
	account_id bigint not null references account.account on delete cascade,
	part smallint not null,
	bytes numeric not null,
	primary key (account_id, part)
);
comment on table storage.usage is 'What the live files of an account count with: the sum of its parts. Kept by a trigger; samovarctl storage recount compares.';
comment on column storage.usage.part is 'One of eight, by connection, so that uploads of one account seldom wait for each other.';
comment on column storage.usage.bytes is 'Of a part, so it may be below zero. Files of 2^63 - 1 bytes may be announced: the sum may be more than a bigint.';

update storage.file f
   set counted = greatest(f.size, (select v.size from storage.file_version v where v.id = f.current_version))
 where deleted_at is null;
insert into storage.usage (account_id, part, bytes)
select account_id, 0, sum(counted) from storage.file where counted <> 0 group by account_id;

create function storage.file_weigh() returns trigger
language plpgsql as $$
begin
	if new.deleted_at is not null then
		new.counted := 0;
	elsif new.current_version is null then
		new.counted := new.size;
	else
		new.counted := greatest(new.size, (select size from storage.file_version where id = new.current_version));
	end if;
	return new;
end $$;
comment on function storage.file_weigh is 'Says what a file counts with.';
create trigger file_weigh before insert or update of size, current_version, deleted_at, counted on storage.file
	for each row execute function storage.file_weigh();

-- At the commit, when the transaction has locked all the files that it wants: whoever had a part of the counter and waited
-- for a file would meet who has the file and waits for the part.
create function storage.file_count() returns trigger
language plpgsql as $$
begin
	if tg_op <> 'INSERT' and (tg_op = 'DELETE' or old.account_id <> new.account_id) then
		insert into storage.usage as u (account_id, part, bytes)
		select id, pg_backend_pid() % 8, -old.counted from account.account where id = old.account_id
		on conflict (account_id, part) do update set bytes = u.bytes + excluded.bytes;
		old.counted := 0;
	end if;
	if tg_op <> 'DELETE' then
		insert into storage.usage as u (account_id, part, bytes)
		values (new.account_id, pg_backend_pid() % 8, new.counted::numeric - case when tg_op = 'UPDATE' then old.counted else 0 end)
		on conflict (account_id, part) do update set bytes = u.bytes + excluded.bytes;
	end if;
	return null;
end $$;
comment on function storage.file_count is 'Adds what has changed of a file''s bytes to its account''s.';
create constraint trigger file_count_insert after insert on storage.file
	deferrable initially deferred for each row when (new.counted <> 0) execute function storage.file_count();
create constraint trigger file_count_update after update on storage.file
	deferrable initially deferred for each row when (new.counted <> old.counted or new.account_id <> old.account_id) execute function storage.file_count();
create constraint trigger file_count_delete after delete on storage.file
	deferrable initially deferred for each row when (old.counted <> 0) execute function storage.file_count();

create function storage.version_weigh() returns trigger
language plpgsql as $$
begin
	update storage.file set size = size where current_version = new.id;
	return null;
end $$;
comment on function storage.version_weigh is 'What is served has another size: its file is weighed again.';
create trigger version_weigh after update of size on storage.file_version
	for each row when (old.state = 'stored' and new.size is distinct from old.size) execute function storage.version_weigh();

commit;
