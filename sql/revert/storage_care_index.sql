-- Revert samovar:storage_care_index from pg

begin;

drop index storage.reconciliation_server, storage.transfer_server;

commit;
