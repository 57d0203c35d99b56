-- Revert samovar:store_object_headers from pg

begin;

alter table store.part drop column checksum;
alter table store.upload drop column headers;
alter table store.object drop column headers, drop column checksum, drop column upload_id;
comment on column store.object.modified is 'Whole seconds, the same as the time of its file.';

commit;
