-- Verify samovar:store_object_headers on pg
-- Selects what the change made, or divides by zero.

begin;

select headers, checksum, upload_id from store.object where false;
select headers from store.upload where false;
select checksum from store.part where false;

rollback;
