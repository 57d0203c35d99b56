-- Verify samovar:account_familiar on pg

begin;

select account_id, network, last_at from account.familiar where false;
select of_name from account.lockout where false;

rollback;
