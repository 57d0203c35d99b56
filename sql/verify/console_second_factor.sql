-- Verify samovar:console_second_factor on pg

begin;

select account_id, secret, confirmed_at, last_step, failures, failed_at, created from account.second_factor where false;
select account_id, hash from account.recovery_code where false;

rollback;
