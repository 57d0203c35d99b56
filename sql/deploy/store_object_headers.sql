-- Deploy samovar:store_object_headers to pg
-- Keep the headers, checksum and upload of objects in the embedded store

begin;

alter table store.object
	add headers text,
	add checksum text check (checksum ~ '^[a-z0-9]+:[A-Za-z0-9+/]+=*(-[0-9]+)?$'),
	add upload_id uuid;
comment on column store.object.headers is 'What its maker wants told with it: lines "name: value" of x-amz-meta-... and the headers that S3 keeps. Null: none.';
comment on column store.object.checksum is 'The checksum that its maker sent, which was right: "crc32:AAAAAA==", of parts with "-" and their number behind it.';
comment on column store.object.upload_id is 'The upload in parts that made it, so that a completion may be sent twice.';
comment on column store.object.modified is 'Whole seconds. A copy has the file of its source under a second name, so the file may be older.';

alter table store.upload add headers text;
comment on column store.upload.headers is 'As store.object.headers.';

alter table store.part add checksum text check (checksum ~ '^[a-z0-9]+:[A-Za-z0-9+/]+=*$');
comment on column store.part.checksum is 'As store.object.checksum.';

commit;
