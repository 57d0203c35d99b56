-- Revert samovar:account_wire from pg

begin;

drop function account.as_invitation(account.invitation);
drop function account.as_staff(account.account);
drop function account.as_user(account.account);
drop function account.permissions_of(bigint);

commit;
