-- Revert samovar:storage_care from pg

begin;

drop table storage.reconciliation, storage.transfer_part, storage.transfer, storage.health, storage.parked_message;
alter table storage.server drop tls, drop virtual_host, drop rate, drop leaving_at;

commit;
