-- Deploy samovar:outbox_pace to pg
-- requires: programme_bot
-- Wake the sender at once, and find when a chat was last written to: one message a second a chat.

begin;

create index outbox_chat_dispatched on programme.outbox (chat_id, dispatched_at desc) where dispatched_at is not null;

create function programme.outbox_wake() returns trigger
language plpgsql as $$
begin
	notify outbox;
	return null;
end $$;
comment on function programme.outbox_wake is 'Wakes the sender; many in one transaction are one.';
create trigger outbox_wake after insert on programme.outbox
	for each statement execute function programme.outbox_wake();

commit;
