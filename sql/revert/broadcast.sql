-- Revert samovar:broadcast from pg

begin;

alter table programme.bot_state drop column held_at;
drop index programme.outbox_sent_at;
drop index programme.outbox_given_up;
alter table programme.outbox drop column broadcast_id;
drop table programme.broadcast;

commit;
