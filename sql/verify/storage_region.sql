-- Verify samovar:storage_region on pg
-- Selects what the change made, or divides by zero.

begin;

select 1 / count(*) from pg_attribute
 where attrelid = 'storage.server'::regclass and attname = 'region' and not attnotnull;

rollback;
