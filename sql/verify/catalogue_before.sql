-- Verify samovar:catalogue_before on pg
-- Selects what the change made, or divides by zero.

begin;

select again_of from catalogue.edition where false;
select 1 / count(*) from pg_namespace where nspname = 'catalogue_before';
select 1 / count(*) from pg_proc where oid = 'catalogue.go_back()'::regprocedure;

rollback;
