-- Deploy samovar:job to pg
-- requires: schemas
-- The queue of background work, and the timers with the ledger that makes each slot fire once.

begin;

create type job.state as enum ('ready', 'parked');
comment on type job.state is 'ready: waits for run_at or is leased; parked: gave up, an operator looks. A job that is done has no row.';

create table job.job (
	id bigint generated always as identity primary key,
	kind text not null check (kind <> ''),
	subject text not null default '',
	key text,
	priority smallint not null default 50,
	run_at timestamptz not null default now(),
	state job.state not null default 'ready',
	tries smallint not null default 0 check (tries >= 0),
	max_tries smallint not null default 5 check (max_tries > 0),
	lease_until timestamptz,
	leased_by text,
	again boolean not null default false,
	last_error text,
	done bigint not null default 0,
	total bigint,
	created timestamptz not null default now(),
	constraint job_key_taken unique (kind, key)
);
comment on table job.job is 'Work to be done: added in the transaction that needs it, may run twice, removed when done.';
comment on column job.job.kind is 'Row of jobs.def that does it.';
comment on column job.job.subject is 'What it is about, nearly always an id; the job looks up the rest when it runs.';
comment on column job.job.key is 'Given: there is at most one job of this kind and key.';
comment on column job.job.priority is 'Smaller runs first: 10 a message to a person, 50 usual, 90 bulk.';
comment on column job.job.tries is 'Times it was leased.';
comment on column job.job.lease_until is 'While in the future somebody works on it; past: its worker died, anybody may take it.';
comment on column job.job.leased_by is 'host:pid of the worker.';
comment on column job.job.again is 'Its key was added once more while it was leased: it runs again when done.';
comment on column job.job.done is 'Progress, in units of its kind, out of total (null: not known).';
create index job_next on job.job (priority, run_at, id) where state = 'ready';
create index job_parked on job.job (kind, id) where state = 'parked';
create index job_kind on job.job (kind, subject);

create function job.wake() returns trigger
language plpgsql as $$
begin
	notify job;
	return null;
end $$;
comment on function job.wake is 'Wakes the workers that listen; many in one transaction are one.';
create trigger job_wake after insert on job.job
	for each statement execute function job.wake();

create table job.timer (
	name text primary key check (name <> ''),
	enabled boolean not null default true,
	last_slot timestamptz
);
comment on table job.timer is 'What timers.def names, as it stands in this installation.';
comment on column job.timer.enabled is 'Off: its slots pass without a run.';
comment on column job.timer.last_slot is 'The newest slot that was fired; null: never.';

create table job.timer_run (
	timer text not null references job.timer on delete cascade,
	slot timestamptz not null,
	fired_at timestamptz not null default now(),
	fired_by text not null,
	primary key (timer, slot)
);
comment on table job.timer_run is 'The ledger: a slot whose row is here has fired. Row and jobs are one transaction.';
comment on column job.timer_run.slot is 'The moment the run was due, however late it was fired.';
comment on column job.timer_run.fired_by is 'host:pid of the scheduler, or samovarctl and who.';
create index timer_run_fired on job.timer_run (fired_at);

commit;
