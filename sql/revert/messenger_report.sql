-- Revert samovar:messenger_report from pg

begin;

drop table messenger.report;

commit;
