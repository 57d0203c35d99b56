-- Verify samovar:console_proof on pg
-- Selects what the change made, or divides by zero.

begin;

select proved_at from account.session where false;



rollback;
