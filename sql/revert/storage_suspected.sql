-- Revert samovar:storage_suspected from pg

begin;

alter table storage.health drop column suspected_at;

commit;
