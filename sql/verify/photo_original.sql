-- Verify samovar:photo_original on pg
-- Selects what the change made, or divides by zero.

begin;

select has_original from programme.report_photo where false;
select 1 / count(*) from pg_indexes where schemaname = 'programme' and indexname = 'report_photo_original';

rollback;
