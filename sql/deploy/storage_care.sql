-- Deploy samovar:storage_care to pg
-- Parked messages, health of servers, transfers in parts, reports of reconciliation

begin;

create table storage.parked_message (
	id bigint generated always as identity primary key,
	source text not null check (source in ('amqp', 'hook')),
	routing_key text not null default '',
	body text not null,
	reason text not null,
	created timestamptz not null default now()
);
comment on table storage.parked_message is 'Messages of S3 servers and brokers that could not be understood, for the operator.';
comment on column storage.parked_message.body is 'At most 64 KiB of it; hex: and digits if it is no text.';
create index parked_message_created on storage.parked_message (created);

alter table storage.server
	add tls boolean not null default false,
	add virtual_host boolean not null default false,
	add rate bigint check (rate > 0),
	add leaving_at timestamptz;
comment on column storage.server.tls is 'Our own programs reach it by https.';
comment on column storage.server.virtual_host is 'The bucket is part of the host (bucket.host), not of the path.';
comment on column storage.server.rate is 'Bytes a second that copies may take from it and bring to it, each; null: storage.copy_rate.';
comment on column storage.server.leaving_at is 'Being given up: nothing new is put there, its files move to others first.';
comment on column storage.server.region is 'In signatures.';

create table storage.health (
	server_id uuid primary key references storage.server on delete cascade,
	is_up boolean not null,
	since timestamptz not null default now(),
	probed_at timestamptz not null default now(),
	why text
);
comment on table storage.health is 'What the last probe of a server found. A finding older than a minute counts for nothing.';
comment on column storage.health.since is 'When it last changed from up to down or back.';

create table storage.transfer (
	version_id uuid not null references storage.file_version on delete cascade,
	server_id uuid not null references storage.server on delete cascade,
	upload_id text not null,
	part_bytes bigint not null check (part_bytes > 0),
	created timestamptz not null default now(),
	primary key (version_id, server_id)
);
comment on table storage.transfer is 'A copy in parts that has begun; whoever takes it up again goes on where the last one ended.';

create table storage.transfer_part (
	version_id uuid not null,
	server_id uuid not null,
	number integer not null check (number between 1 and 10000),
	etag text not null,
	primary key (version_id, server_id, number),
	foreign key (version_id, server_id) references storage.transfer on delete cascade
);
comment on table storage.transfer_part is 'A part that the server has; its etag is repeated when the copy is completed.';

create table storage.reconciliation (
	id bigint generated always as identity primary key,
	began timestamptz not null default now(),
	ended timestamptz,
	server_id uuid references storage.server on delete set null,
	server text not null,
	objects bigint not null default 0,
	unheard bigint not null default 0,
	lost bigint not null default 0,
	altered bigint not null default 0,
	doomed bigint not null default 0,
	orphans bigint not null default 0,
	uploads bigint not null default 0,
	why text
);
comment on table storage.reconciliation is 'One look through all objects of a server, and what it healed.';
comment on column storage.reconciliation.objects is 'Seen in the bucket.';
comment on column storage.reconciliation.unheard is 'There, but no event had told.';
comment on column storage.reconciliation.lost is 'Said to be there, but gone: copied again.';
comment on column storage.reconciliation.altered is 'Other bytes than they should be: copied again.';
comment on column storage.reconciliation.doomed is 'Of files that are deleted or replaced: removed.';
comment on column storage.reconciliation.orphans is 'Of no file at all: removed.';
comment on column storage.reconciliation.uploads is 'In parts, begun and left behind: given up.';
comment on column storage.reconciliation.why is 'Null: it was seen through; else why not.';
create index reconciliation_began on storage.reconciliation (began desc);

commit;
