-- Revert samovar:account_familiar from pg

begin;

delete from account.lockout where of_name is not null;
alter table account.lockout drop of_name;
drop table account.familiar;

commit;
