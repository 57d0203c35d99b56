-- Revert samovar:store_upload from pg

begin;

delete from store.event where name = 's3:ObjectCreated:CompleteMultipartUpload';
alter table store.event drop constraint event_name_check;
alter table store.event add constraint event_name_check check (name in (
	's3:ObjectCreated:Put', 's3:ObjectCreated:Copy', 's3:ObjectRemoved:Delete'));

drop table store.part;
drop table store.upload;

commit;
