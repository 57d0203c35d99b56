-- Revert samovar:programme_ready from pg

begin;

alter table programme.shift drop column ready_on;

commit;
