-- Revert samovar:messenger_import from pg

begin;

drop function messenger.unwrapped;
drop table messenger.imported_account;

commit;
