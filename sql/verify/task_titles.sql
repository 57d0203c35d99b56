-- Verify samovar:task_titles on pg
-- Selects what the change made, or divides by zero.

begin;

select 1 / count(*) from pg_indexes where indexname = 'task_title_taken' and indexdef like '%lower(title)%';

rollback;
