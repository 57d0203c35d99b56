-- Deploy samovar:installation to pg
-- Which installation this database is, so that a restored copy does no harm to the one it came from

begin;

create schema installation;
comment on schema installation is 'Which installation this database is, and whether it may act on the outside world.';

create table installation.state (
	id uuid not null default gen_random_uuid(),
	one boolean primary key default true check (one),
	former_id uuid,
	cluster bigint not null,
	database oid not null,
	fenced_at timestamptz,
	reason text,
	backup_at timestamptz,
	restored_at timestamptz
);
comment on table installation.state is 'One row. A fenced installation calls no server but PostgreSQL and Redis: mails and bot messages are files, S3 servers are off.';
comment on column installation.state.former_id is 'The installation that this one is a copy of.';
comment on column installation.state.cluster is 'system_identifier of the PostgreSQL cluster; another one: the database has been copied.';
comment on column installation.state.database is 'oid of the database; another one: it has been copied within the cluster.';
comment on column installation.state.fenced_at is 'Since when nothing outside is touched; null: live.';
comment on column installation.state.backup_at is 'When the backup was made that was restored last; null: not known.';
comment on column installation.state.restored_at is 'Objects on S3 servers between backup_at and this are not known here, and are never removed as orphans.';

alter table storage.server
	add column claimed_by uuid,
	add column fenced boolean not null default false;
comment on column storage.server.claimed_by is 'The installation that its bucket was last seen to belong to.';
comment on column storage.server.fenced is 'Switched off by the fence: installation.live() switches it on again.';

create function installation.fence(reason text) returns void
language plpgsql as $$
begin
	update storage.server set is_on = false, fenced = true where is_on;
	update installation.state s
	   set former_id = coalesce(s.former_id, s.id), id = gen_random_uuid(), fenced_at = now(), reason = fence.reason
	 where s.fenced_at is null;
end $$;
comment on function installation.fence is 'This database is a copy: it becomes an installation of its own that touches nothing outside.';

-- The first to connect makes the row; who connects to a copy fences it before doing anything.
create function installation.enter() returns boolean
language plpgsql as $$
declare
	mine constant bigint := (select system_identifier from pg_control_system());
	here constant oid := (select oid from pg_database where datname = current_database());
	s installation.state;
begin
	select * into s from installation.state;
	if s.cluster = mine and s.database = here then
		return s.fenced_at is not null;
	end if;
	perform pg_advisory_xact_lock(hashtext('installation.enter'));
	select * into s from installation.state;
	if not found then
		insert into installation.state (cluster, database) values (mine, here);
		return false;
	end if;
	if s.cluster is distinct from mine or s.database is distinct from here then
		perform installation.fence('the database was copied here from another place');
		update installation.state set cluster = mine, database = here, restored_at = now();
		return true;
	end if;
	return s.fenced_at is not null;
end $$;
comment on function installation.enter is 'Each program calls it when it connects. True: fenced.';

create function installation.live(take_over boolean) returns void
language plpgsql as $$
begin
	update installation.state s
	   set fenced_at = null, reason = null, former_id = null,
	       id = case when take_over then coalesce(s.former_id, s.id) else s.id end
	 where s.fenced_at is not null;
	update storage.server set is_on = true, fenced = false where fenced;
end $$;
comment on function installation.live is 'Ends the fence; take_over: as the installation that the copy was made of, whose buckets are then its own.';

commit;
