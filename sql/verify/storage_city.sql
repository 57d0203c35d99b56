-- Verify samovar:storage_city on pg
-- Selects what the change made, or divides by zero.

begin;

select city from storage.server where false;
select has_function_privilege('storage.keep_city()', 'execute');

rollback;
