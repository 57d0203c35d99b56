-- Revert samovar:installation_counted from pg

begin;

drop table installation.counted;

commit;
