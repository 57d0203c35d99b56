-- Verify samovar:account_claimed on pg

begin;

select email_claimed from account.account where false;

rollback;
