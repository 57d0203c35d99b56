-- Verify samovar:storage_holder on pg

begin;

select version_id, server_id from storage.holder where false;

rollback;
