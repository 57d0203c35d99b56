-- Deploy samovar:store_upload to pg
-- requires: store
-- Objects of the embedded store that come in parts.

begin;

create table store.upload (
	id uuid primary key default gen_random_uuid(),
	server text not null,
	bucket text not null,
	key text collate "C" not null check (octet_length(key) between 1 and 1024),
	content_type text not null,
	created timestamptz not null default now(),
	foreign key (server, bucket) references store.bucket (server, name) on delete cascade
);
comment on table store.upload is 'An upload in parts that has begun and is neither complete nor given up.';
create index upload_key on store.upload (server, bucket, key, id);
create index upload_created on store.upload (created);

create table store.part (
	upload_id uuid not null references store.upload on delete cascade,
	number integer not null check (number between 1 and 10000),
	size bigint not null check (size >= 0),
	etag text not null check (etag ~ '^[0-9a-f]{32}$'),
	path text not null constraint part_path_taken unique,
	modified timestamptz not null default now(),
	primary key (upload_id, number)
);
comment on table store.part is 'A part that has arrived; its bytes are a file of its own until the upload is complete.';
comment on column store.part.path is 'As store.object.path.';

alter table store.event drop constraint event_name_check;
alter table store.event add constraint event_name_check check (name in (
	's3:ObjectCreated:Put', 's3:ObjectCreated:Copy', 's3:ObjectCreated:CompleteMultipartUpload',
	's3:ObjectRemoved:Delete'));

commit;
