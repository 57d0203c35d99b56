-- Revert samovar:account_registration from pg

begin;

drop function account.is_unconfirmed;

commit;
