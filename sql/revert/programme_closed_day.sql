-- Revert samovar:programme_closed_day from pg

begin;

drop table programme.closed_day;

commit;
