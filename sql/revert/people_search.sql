-- Revert samovar:people_search from pg

begin;

drop index account.account_pending;
drop index account.account_superuser;
drop index account.account_searched;
drop function account.searched;

commit;
