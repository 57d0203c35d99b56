-- Verify samovar:store_damage on pg
-- Selects what the change made, or divides by zero.

begin;

select damaged_at, damage, scrubbed_at, parts, md5 from store.object where false;
select lost_at from storage.file_version where false;
select damaged, event_id from storage.reconciliation where false;
select 1 / (count(*) = 4)::int from pg_indexes
 where indexname in ('object_damaged', 'object_scrubbed', 'event_damaged', 'file_version_lost');

rollback;
