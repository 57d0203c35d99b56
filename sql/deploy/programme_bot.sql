-- Deploy samovar:programme_bot to pg
-- requires: programme
-- What goes to Telegram and what comes from it.

begin;

create type programme.outbox_state as enum ('waiting', 'claimed', 'dispatched', 'sent', 'failed', 'presumed');
comment on type programme.outbox_state is 'waiting: to be sent; claimed: a worker prepares it; dispatched: the call to Telegram has begun; sent: Telegram said yes; failed: given up; presumed: the worker died during the call, Telegram may have it, so it is not sent again.';

create table programme.outbox (
	id bigint generated always as identity primary key,
	key text not null constraint outbox_key_taken unique check (key <> ''),
	participant_id uuid references programme.participant on delete cascade,
	chat_id bigint not null,
	kind text not null check (kind <> ''),
	payload jsonb not null default '{}',
	priority smallint not null default 50,
	state programme.outbox_state not null default 'waiting',
	not_before timestamptz not null default now(),
	tries smallint not null default 0 check (tries >= 0),
	last_error text,
	message_id bigint,
	claimed_by text,
	claimed_at timestamptz,
	dispatched_at timestamptz,
	sent_at timestamptz,
	created timestamptz not null default now()
);
comment on table programme.outbox is 'One row a message to a chat. Sent in the order of id within a chat; a chat waits for its oldest unsent message.';
comment on column programme.outbox.key is 'What makes it the same message, such as task/<member>/<date>: a second insert does nothing.';
comment on column programme.outbox.participant_id is 'Null: an answer to somebody who is not registered.';
comment on column programme.outbox.kind is 'Which text and which call of the Bot API.';
comment on column programme.outbox.payload is 'What the text needs, as it was when the message was due.';
comment on column programme.outbox.priority is 'Between chats, smaller first: 10 an answer, 50 a notice, 90 one of thousands.';
comment on column programme.outbox.not_before is 'Not sent earlier: the first moment, or the next try.';
comment on column programme.outbox.message_id is 'Telegram''s id of the message in its chat.';
comment on column programme.outbox.claimed_by is 'host:pid of the worker.';
create index outbox_due on programme.outbox (priority, not_before, id) where state = 'waiting';
create index outbox_chat on programme.outbox (chat_id, id) where state in ('waiting', 'claimed', 'dispatched');
create index outbox_busy on programme.outbox (claimed_at) where state in ('claimed', 'dispatched');
create index outbox_state on programme.outbox (state, created);
create index outbox_participant on programme.outbox (participant_id, id);

create table programme.bot_update (
	update_id bigint primary key,
	body jsonb not null,
	received timestamptz not null default now(),
	handled_at timestamptz,
	last_error text
);
comment on table programme.bot_update is 'Updates that Telegram has sent; an update_id that is here is not handled a second time.';
comment on column programme.bot_update.handled_at is 'Null: its job has still to run.';
create index bot_update_received on programme.bot_update (received);
create index bot_update_open on programme.bot_update (update_id) where handled_at is null;

create table programme.bot_state (
	one boolean primary key default true check (one),
	polling_offset bigint not null default 0,
	paused_until timestamptz,
	me jsonb,
	checked_at timestamptz,
	check_error text
);
comment on table programme.bot_state is 'The bot''s memory: a single row.';
comment on column programme.bot_state.polling_offset is 'The next update_id to ask getUpdates for; 0: whatever is there.';
comment on column programme.bot_state.paused_until is 'Telegram asked everybody to wait (429) until then.';
comment on column programme.bot_state.me is 'Last good answer of getMe.';
comment on column programme.bot_state.checked_at is 'When a worker last asked getMe; the health page reads the outcome here.';
comment on column programme.bot_state.check_error is 'Why the last getMe failed; null: it did not.';
insert into programme.bot_state default values;

commit;
