-- Revert samovar:store_damage from pg

begin;

alter table storage.reconciliation drop event_id, drop damaged;
drop index storage.file_version_lost;
alter table storage.file_version drop lost_at;
drop index store.event_damaged;
delete from store.event where name in ('s3:ObjectCreated:Mended', 's3:ObjectRemoved:Damaged');
alter table store.event drop constraint event_name_check;
alter table store.event add constraint event_name_check check (name in (
	's3:ObjectCreated:Put', 's3:ObjectCreated:Copy', 's3:ObjectCreated:CompleteMultipartUpload',
	's3:ObjectRemoved:Delete'));
alter table store.object drop md5, drop parts, drop scrubbed_at, drop damage, drop damaged_at;

commit;
