-- Revert samovar:storage_usage from pg

begin;

drop trigger version_weigh on storage.file_version;
drop function storage.version_weigh();
drop trigger file_count_delete on storage.file;
drop trigger file_count_update on storage.file;
drop trigger file_count_insert on storage.file;
drop function storage.file_count();
drop trigger file_weigh on storage.file;
drop function storage.file_weigh();
drop table storage.usage;
alter table storage.file drop counted;

commit;
