-- Revert samovar:storage_holder from pg

begin;

drop view storage.holder;

commit;
