-- Verify samovar:installation_counted on pg
-- Selects what the change made, or divides by zero.

begin;

select name, label, part, value from installation.counted where false;

rollback;
