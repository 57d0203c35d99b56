-- Deploy samovar:storage to pg
-- requires: account
-- Files of people on S3 servers in several cities.

begin;

create table storage.server (
	id uuid primary key default gen_random_uuid(),
	name text not null check (name ~ '^[A-Za-z0-9_-]{1,64}$'),
	host text not null check (char_length(host) between 1 and 255),
	port integer not null check (port between 1 and 65535),
	location text not null check (char_length(location) <= 255),
	zone text not null check (char_length(zone) <= 255),
	latitude double precision not null check (latitude between -90 and 90),
	longitude double precision not null check (longitude between -180 and 180),
	is_on boolean not null,
	is_active boolean not null,
	public_url text check (public_url ~ '^https?://[^/]+$'),
	region text not null default 'us-east-1' check (region <> ''),
	created timestamptz not null default now(),
	updated timestamptz not null default now()
);
comment on table storage.server is 'An S3 server in a city. Usable: is_on and is_active.';
comment on column storage.server.name is 'Part of routing keys and event sources; unique whatever its case.';
comment on column storage.server.host is 'Where our own programs reach it, by plain HTTP and path-style addresses.';
comment on column storage.server.location is 'The city, for people.';
comment on column storage.server.zone is 'Servers of one zone hold copies of each other''s files.';
comment on column storage.server.is_on is 'Off: nothing is done there at all, removals wait.';
comment on column storage.server.is_active is 'Not active: nothing new is put there or fetched from there, removals are carried out.';
comment on column storage.server.public_url is 'scheme://host[:port] that presigned links have when clients reach it by another address; null: http://host:port.';
create unique index server_name_taken on storage.server (lower(name));
create index server_zone on storage.server (zone, name);

create table storage.file (
	id uuid primary key default gen_random_uuid(),
	account_id bigint not null references account.account on delete restrict,
	name text not null check (char_length(name) between 1 and 255 and name !~ '[[:cntrl:]]'),
	size bigint not null check (size >= 0),
	content_type text check (char_length(content_type) <= 255),
	current_version uuid,
	deleted_at timestamptz,
	created timestamptz not null default now(),
	updated timestamptz not null default now()
);
comment on table storage.file is 'A file of an account. It stays when deleted, until its objects are gone and its history is past.';
comment on column storage.file.account_id is 'Its owner. Erasing an account deletes its files first, so that their objects are removed too.';
comment on column storage.file.size is 'Bytes; as announced by the last upload link until the object is confirmed, then the true size.';
comment on column storage.file.current_version is 'The version that is served; null: nothing has arrived yet.';
comment on column storage.file.deleted_at is 'Not null: deleted, and for everybody it is not there.';
create unique index files_name_taken on storage.file (account_id, name) where deleted_at is null;
create index file_of_account on storage.file (account_id, created, id) where deleted_at is null;
create index file_account on storage.file (account_id);
create index file_deleted on storage.file (deleted_at) where deleted_at is not null;
create index file_current on storage.file (current_version);

create type storage.version_state as enum ('announced', 'stored', 'superseded');
comment on type storage.version_state is 'announced: a link was given, no bytes yet; stored: confirmed; superseded: replaced, expired or deleted, its objects are to be removed.';

create table storage.file_version (
	id uuid primary key default gen_random_uuid(),
	file_id uuid not null references storage.file on delete cascade,
	key text not null constraint file_version_key_taken unique,
	state storage.version_state not null default 'announced',
	announced_size bigint not null check (announced_size >= 0),
	size bigint check (size >= 0),
	etag text,
	sha256 bytea check (length(sha256) = 32),
	server_id uuid references storage.server on delete set null,
	link_expires timestamptz,
	created timestamptz not null default now(),
	stored_at timestamptz,
	superseded_at timestamptz,
	constraint file_version_file unique (file_id, id),
	check (state <> 'stored' or (size is not null and stored_at is not null)),
	check (state <> 'superseded' or superseded_at is not null)
);
comment on table storage.file_version is 'One upload of a file, under an object key of its own: nothing that is served is ever overwritten.';
comment on column storage.file_version.key is 'Object key in the bucket, the same on every server: <file id>/<version id>.';
comment on column storage.file_version.size is 'Bytes as the server holds them.';
comment on column storage.file_version.etag is 'The server''s, without quotation marks.';
comment on column storage.file_version.sha256 is 'Of the bytes, once somebody has read them.';
comment on column storage.file_version.server_id is 'Where the upload link leads.';
comment on column storage.file_version.link_expires is 'End of the upload link; an announced version is given up some time after it.';
create index file_version_announced on storage.file_version (link_expires) where state = 'announced';
create index file_version_superseded on storage.file_version (superseded_at) where state = 'superseded';
create index file_version_server on storage.file_version (server_id);

alter table storage.file add constraint file_current_version
	foreign key (id, current_version) references storage.file_version (file_id, id)
	on delete set null (current_version);

create table storage.copy (
	version_id uuid not null references storage.file_version on delete cascade,
	server_id uuid not null references storage.server on delete restrict,
	etag text,
	doomed_at timestamptz,
	created timestamptz not null default now(),
	checked_at timestamptz,
	primary key (version_id, server_id)
);
comment on table storage.copy is 'A row says: this server holds the object of this version.';
comment on column storage.copy.server_id is 'A server with rows here cannot just be deleted: sole copies move first.';
comment on column storage.copy.doomed_at is 'To be removed as soon as the server is on; not served any more.';
comment on column storage.copy.checked_at is 'When reconciliation last saw the object there.';
create index copy_server on storage.copy (server_id, version_id);
create index copy_doomed on storage.copy (server_id) where doomed_at is not null;

create table storage.link (
	id uuid primary key default gen_random_uuid(),
	file_id uuid not null references storage.file on delete cascade,
	password text,
	expire_at timestamptz,
	created timestamptz not null default now()
);
comment on table storage.link is 'A share link: whoever has both ids may download, with the password if it has one.';
comment on column storage.link.password is 'argon2id hash; null: no password.';
comment on column storage.link.expire_at is 'Null: for ever.';
create index link_of_file on storage.link (file_id, created desc, id);
create index link_expire on storage.link (expire_at) where expire_at is not null;

create table storage.history (
	id uuid primary key default gen_random_uuid(),
	account_id bigint not null references account.account on delete cascade,
	object_id uuid not null,
	event text not null check (event in (
		'FILE.UPLOADED', 'FILE.DOWNLOADED', 'FILE.RENAMED', 'FILE.DELETED',
		'FILE_SHARE_LINK.CREATED', 'FILE_SHARE_LINK.DELETED',
		'CDN_SERVER.CREATED', 'CDN_SERVER.UPDATED', 'CDN_SERVER.DELETED')),
	data jsonb not null default '{}',
	created timestamptz not null default now()
);
comment on table storage.history is 'What an account sees under actions; written in the transaction of what it tells.';
comment on column storage.history.account_id is 'Whose list it is in: the file''s owner, or who acted on a link or a server.';
comment on column storage.history.object_id is 'File, link or server; it may be gone, so no foreign key.';
create index history_of_account on storage.history (account_id, created desc, id desc);

create table storage.quota (
	account_id bigint primary key references account.account on delete cascade,
	bytes bigint not null check (bytes >= 0)
);
comment on table storage.quota is 'Accounts whose live files together may not pass so many bytes; no row: the general limit of the settings.';

commit;
