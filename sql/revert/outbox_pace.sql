-- Revert samovar:outbox_pace from pg

begin;

drop trigger outbox_wake on programme.outbox;
drop function programme.outbox_wake();
drop index programme.outbox_chat_dispatched;

commit;
