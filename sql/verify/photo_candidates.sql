-- Verify samovar:photo_candidates on pg
-- Selects what the change made, or divides by zero.

begin;

select album, delayed from programme.photo_intake where false;
select 1 / (count(*) = 0)::int from pg_constraint where conname = 'photo_intake_one';

rollback;
