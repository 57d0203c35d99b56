-- Verify samovar:account_twelve on pg
-- Selects what the change made, or divides by zero.

begin;

select account_id, name from account.permission where false;

rollback;
