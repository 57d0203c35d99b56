-- Revert samovar:programme_bot from pg

begin;

drop table programme.bot_state;
drop table programme.bot_update;
drop table programme.outbox;
drop type programme.outbox_state;

commit;
