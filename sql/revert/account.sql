-- Revert samovar:account from pg

begin;

drop table account.audit;
drop table account.invitation;
drop table account.lockout;
drop table account.session;
drop type account.token_kind;
drop table account.permission;
drop table account.permission_name;
drop table account.account;
drop type account.role;
drop type account.status;

commit;
