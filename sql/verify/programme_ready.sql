-- Verify samovar:programme_ready on pg
-- Selects what the change made, or divides by zero.

begin;

select ready_on from programme.shift where false;

rollback;
