-- Verify samovar:account_wire on pg

begin;

select account.as_user(a), account.as_staff(a), account.permissions_of(a.id) from account.account a where false;
select account.as_invitation(i) from account.invitation i where false;

rollback;
