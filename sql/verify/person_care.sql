-- Verify samovar:person_care on pg
-- Selects what the change made, or divides by zero.

begin;

select erased_at from programme.participant where false;
select removed_at from programme.report_photo where false;

rollback;
