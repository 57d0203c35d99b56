-- Verify samovar:storage_deleted on pg
-- Selects what the change made, or divides by zero.

begin;

select deleted_at from storage.server where false;
select 1 / (count(*) = 2)::int from pg_indexes
 where schemaname = 'storage' and indexname in ('server_name_taken', 'server_city')
   and indexdef like '%WHERE (deleted_at IS NULL)';
select 1 / (count(*) = 1)::int from pg_indexes where schemaname = 'storage' and indexname = 'file_version_link';

rollback;
