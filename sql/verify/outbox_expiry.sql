-- Verify samovar:outbox_expiry on pg
-- Selects what the change made, or divides by zero.

begin;

select not_after from programme.outbox where false;

rollback;
