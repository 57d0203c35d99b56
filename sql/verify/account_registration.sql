-- Verify samovar:account_registration on pg

begin;

select account.is_unconfirmed(a) from account.account a where false;

rollback;
