-- Deploy samovar:outbox_past to pg
-- How many tasks of a day were sent, of messages that are not kept any more

begin;

create table programme.outbox_past (
	shift_id uuid not null references programme.shift on delete cascade,
	day date not null,
	sent integer not null check (sent > 0),
	primary key (shift_id, day)
);
comment on table programme.outbox_past is 'What a shift''s progress needs of messages that have been removed from the outbox.';
comment on column programme.outbox_past.sent is 'Tasks of that day that went out.';

create index outbox_failed on programme.outbox (id) where state in ('failed', 'presumed');

commit;
