-- Revert samovar:console_second_factor from pg

begin;

drop table account.recovery_code;
drop table account.second_factor;

commit;
