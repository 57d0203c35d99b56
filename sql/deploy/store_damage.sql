-- Deploy samovar:store_damage to pg
-- What disks have lost: marks of damaged objects, when each was read last, files without any copy

begin;

alter table store.object
	add damaged_at timestamptz,
	add damage text check (damage in ('gone', 'size', 'bytes')),
	add scrubbed_at timestamptz not null default 'epoch',
	add parts bigint[],
	add md5 text check (md5 ~ '^[0-9a-f]{32}$'),
	add check ((damage is null) = (damaged_at is null));
-- What is there already is read first; what comes from now on has just been read.
alter table store.object alter scrubbed_at set default now();
comment on column store.object.damaged_at is 'Not null: the file is not what it was, and for clients there is no object. Nothing of it is removed.';
comment on column store.object.damage is 'gone: no file; size: a file of another size; bytes: other bytes, or some that cannot be read.';
comment on column store.object.scrubbed_at is 'When all bytes were last read and compared. -infinity: somebody has doubts, it is read next.';
comment on column store.object.parts is 'Sizes of the parts that it came in, in order: what its ETag is made of.';
comment on column store.object.md5 is 'Of the whole, for an object whose ETag cannot be compared: taken when it was first read.';
create index object_damaged on store.object (server, bucket, key) where damaged_at is not null;
create index object_scrubbed on store.object (server, scrubbed_at);

alter table store.event drop constraint event_name_check;
alter table store.event add constraint event_name_check check (name in (
	's3:ObjectCreated:Put', 's3:ObjectCreated:Copy', 's3:ObjectCreated:CompleteMultipartUpload',
	's3:ObjectCreated:Mended', 's3:ObjectRemoved:Delete', 's3:ObjectRemoved:Damaged'));
create index event_damaged on store.event (server, id) where name = 's3:ObjectRemoved:Damaged';

alter table storage.file_version add lost_at timestamptz;
comment on column storage.file_version.lost_at is 'Its last copy was gone then, and has not come back.';
create index file_version_lost on storage.file_version (lost_at) where lost_at is not null;

alter table storage.reconciliation
	add damaged bigint not null default 0,
	add event_id bigint not null default 0;
comment on column storage.reconciliation.damaged is 'Objects that the server''s disk had lost or changed since the look before: copied again.';
comment on column storage.reconciliation.event_id is 'The newest of those events: the next look counts from there.';

commit;
