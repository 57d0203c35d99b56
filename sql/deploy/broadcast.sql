-- Deploy samovar:broadcast to pg
-- Words of staff to many, and a pause of all sending

begin;

create table programme.broadcast (
	id bigint generated always as identity primary key,
	nonce text not null constraint broadcast_nonce_taken unique,
	text text not null check (char_length(text) between 1 and 4096),
	shift_id uuid not null references programme.shift on delete cascade,
	member_status programme.member_status,
	city text,
	is_unreported boolean not null default false,
	total integer not null default 0 check (total >= 0),
	past_sent integer not null default 0 check (past_sent >= 0),
	past_failed integer not null default 0 check (past_failed >= 0),
	send_at timestamptz not null default now(),
	stopped_at timestamptz,
	created_by bigint references account.account on delete set null,
	created timestamptz not null default now()
);
comment on table programme.broadcast is 'Words of staff to many: each gets a row of the outbox.';
comment on column programme.broadcast.nonce is 'Of the token that confirmed it: a second call with it adds nothing.';
comment on column programme.broadcast.member_status is 'To whom: members of this status; null: all.';
comment on column programme.broadcast.is_unreported is 'To whom: only who had not reported the current task.';
comment on column programme.broadcast.total is 'To how many it was put into the outbox.';
comment on column programme.broadcast.past_sent is 'Of these, what the outbox has forgotten since (bot.keep_messages).';
create index broadcast_shift on programme.broadcast (shift_id);
create index broadcast_created_by on programme.broadcast (created_by) where created_by is not null;

alter table programme.outbox add column broadcast_id bigint references programme.broadcast on delete cascade;
comment on column programme.outbox.broadcast_id is 'Null: the message is of no broadcast.';
create index outbox_broadcast on programme.outbox (broadcast_id, state) where broadcast_id is not null;
create index outbox_given_up on programme.outbox (id) where state in ('failed', 'presumed');
-- What was sent in the last seconds: rows that are updated lie together, so that a summary of pages will do.
create index outbox_sent_at on programme.outbox using brin (sent_at) with (pages_per_range = 16, autosummarize = on);

alter table programme.bot_state add column held_at timestamptz;
comment on column programme.bot_state.held_at is 'Somebody has paused all sending; null: nobody has.';

commit;
