-- Verify samovar:storage_usage on pg

begin;

select account_id, part, bytes from storage.usage where false;
select counted from storage.file where false;
select 1 / (count(*) = 5)::int from pg_trigger
 where tgname in ('file_weigh', 'file_count_insert', 'file_count_update', 'file_count_delete', 'version_weigh');

rollback;
