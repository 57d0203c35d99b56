-- Verify samovar:shift_plan on pg
-- Selects what the change made, or divides by zero.

begin;

select tasks from programme.shift where false;



rollback;
