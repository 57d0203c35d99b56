-- Verify samovar:storage_care_index on pg
-- Selects what the change made, or divides by zero.

begin;

select 1 / count(*) from pg_class where oid = 'storage.reconciliation_server'::regclass;
select 1 / count(*) from pg_class where oid = 'storage.transfer_server'::regclass;

rollback;
