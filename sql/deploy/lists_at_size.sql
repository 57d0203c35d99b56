-- Deploy samovar:lists_at_size to pg
-- requires: storage programme
-- Lists of staff and searches for a name at a million rows

begin;

create index file_name_pieces on storage.file using gin (lower(name) public.gin_trgm_ops) where deleted_at is null;

-- A piece that many names have is found by walking through the account's files, a piece that few have by the index of
-- pieces. Which it is only the piece says, so the plan is made for it: a plan for any piece would always walk.
create function storage.files_with(account bigint, piece text, after uuid, most bigint) returns setof storage.file
language plpgsql stable rows 50 as $$
begin
	return query execute
		'select f.* from storage.file f
		  where f.account_id = $1 and f.deleted_at is null and lower(f.name) like $2'
		|| case when after is null then '' else
		'   and (f.created, f.id) > (select a.created, a.id from storage.file a where a.id = $3 and a.account_id = $1)' end
		|| ' order by f.created, f.id limit $4'
		using account, '%' || replace(replace(replace(lower(piece), '\', '\\'), '%', '\%'), '_', '\_') || '%', after, most;
end $$;
comment on function storage.files_with is 'An account''s files whose name has a piece in it, whatever its case, by creation; those behind a file (null: all).';

create table programme.shift_size (
	shift_id uuid not null references programme.shift on delete cascade,
	part smallint not null,
	members bigint not null,
	primary key (shift_id, part)
);
comment on table programme.shift_size is 'How many members a shift has: the sum of its parts. Kept by triggers.';
comment on column programme.shift_size.part is 'One of eight, by connection, so that who adds members seldom waits for another.';

insert into programme.shift_size (shift_id, part, members)
select shift_id, 0, count(*) from programme.member group by shift_id;

create function programme.shift_count() returns trigger
language plpgsql as $$
begin
	insert into programme.shift_size as s (shift_id, part, members)
	select shift_id, pg_backend_pid() % 8, case tg_op when 'INSERT' then count(*) else -count(*) end
	  from changed where exists (select from programme.shift where id = shift_id)
	 group by shift_id order by shift_id
	on conflict (shift_id, part) do update set members = s.members + excluded.members;
	return null;
end $$;
comment on function programme.shift_count is 'Counts members that come and go.';
create trigger shift_count_insert after insert on programme.member
	referencing new table as changed for each statement execute function programme.shift_count();
create trigger shift_count_delete after delete on programme.member
	referencing old table as changed for each statement execute function programme.shift_count();

commit;
