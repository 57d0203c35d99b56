-- Deploy samovar:store to pg
-- requires: schemas
-- What the embedded S3 servers hold. Rows are the truth: a file on disk without a row is left over and is swept.

begin;

create table store.bucket (
	server text not null check (server ~ '^[A-Za-z0-9_-]{1,64}$'),
	name text not null check (name ~ '^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$'),
	created timestamptz not null default now(),
	primary key (server, name)
);
comment on table store.bucket is 'A bucket on one embedded server.';
comment on column store.bucket.server is 'Name of the city''s listener; no foreign key to storage.server, a store stands alone.';

create table store.object (
	server text not null,
	bucket text not null,
	key text collate "C" not null check (octet_length(key) between 1 and 1024),
	size bigint not null check (size >= 0),
	etag text not null check (etag ~ '^[0-9a-f]{32}(-[0-9]+)?$'),
	content_type text not null,
	path text not null constraint object_path_taken unique,
	modified timestamptz not null default now(),
	primary key (server, bucket, key),
	foreign key (server, bucket) references store.bucket (server, name) on delete restrict
);
comment on table store.object is 'An object: its bytes are one file that is never written again; a new PUT makes a new file and row.';
comment on column store.object.key is 'Compared byte by byte, which is the order of a listing.';
comment on column store.object.etag is 'MD5 of the bytes, without quotation marks.';
comment on column store.object.path is 'The file under the store''s directory: <server>/<two letters>/<random name>; no part of the key is in it.';
comment on column store.object.modified is 'Whole seconds, the same as the time of its file.';

create table store.event (
	id bigint generated always as identity primary key,
	server text not null,
	bucket text not null,
	key text not null,
	name text not null check (name in ('s3:ObjectCreated:Put', 's3:ObjectCreated:Copy', 's3:ObjectRemoved:Delete')),
	size bigint,
	etag text,
	at timestamptz not null default now()
);
comment on table store.event is 'What happened to objects, in order; written in the transaction of the change, handed on by a job.';
comment on column store.event.id is 'Orders competing events of one key, as S3''s sequencer does.';
create index event_key on store.event (server, bucket, key, id desc);
create index event_at on store.event (at);

commit;
