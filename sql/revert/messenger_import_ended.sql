-- Revert samovar:messenger_import_ended from pg

begin;

drop table messenger.imported_subscription;
drop table messenger.imported_relation;

commit;
