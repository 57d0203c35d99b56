-- Revert samovar:storage_copy_doubt from pg

begin;

alter table storage.copy drop column doubted_at;

commit;
