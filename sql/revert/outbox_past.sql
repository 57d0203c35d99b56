-- Revert samovar:outbox_past from pg

begin;

drop index programme.outbox_failed;
drop table programme.outbox_past;

commit;
