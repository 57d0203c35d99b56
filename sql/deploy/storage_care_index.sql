-- Deploy samovar:storage_care_index to pg
-- Indexes of foreign keys, so that a server can be deleted quickly

begin;

create index reconciliation_server on storage.reconciliation (server_id);
create index transfer_server on storage.transfer (server_id);

commit;
