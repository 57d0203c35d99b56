-- Deploy samovar:outbox_expiry to pg
-- When a message is of no use any more: a task of yesterday is not sent

begin;

alter table programme.outbox add column not_after timestamptz;
comment on column programme.outbox.not_after is 'Not sent any more from then on: a task or a reminder that comes too late. Null: it is always of use.';

commit;
