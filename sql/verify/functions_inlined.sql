-- Verify samovar:functions_inlined on pg

begin;

select account_id, names from account.permission_list where false;
select 1 / count(*) from pg_proc where oid = 'public.us(timestamptz)'::regprocedure and provolatile = 's';

rollback;
