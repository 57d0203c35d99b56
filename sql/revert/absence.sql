-- Revert samovar:absence from pg

begin;

drop table programme.absence;

commit;
