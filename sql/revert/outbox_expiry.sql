-- Revert samovar:outbox_expiry from pg

begin;

alter table programme.outbox drop column not_after;

commit;
