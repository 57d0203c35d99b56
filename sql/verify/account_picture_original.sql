-- Verify samovar:account_picture_original on pg
-- Selects what the change made, or divides by zero.

begin;

select 1 / count(*) from pg_constraint where conname = 'picture_file_variant_check' and pg_get_constraintdef(oid) like '%original%';
select made_of from account.picture where false;

rollback;
