-- Deploy samovar:messenger_report to pg
-- requires: messenger_data
-- What people report, and what staff makes of it

begin;

create table messenger.report (
	id bigint generated always as identity primary key,
	reporter_id bigint references account.account on delete set null,
	profile_id bigint references messenger.profile on delete cascade,
	card_id bigint references messenger.card on delete cascade,
	event_id bigint references messenger.event on delete cascade,
	reason text not null check (char_length(reason) between 1 and 100),
	note text check (char_length(note) <= 2000),
	decision text check (decision in ('dismissed', 'locked', 'removed')),
	decided_by bigint references account.account on delete set null,
	decided_at timestamptz,
	created timestamptz not null default now(),
	constraint report_one_thing check (num_nonnulls(profile_id, card_id, event_id) = 1),
	check ((decision is null) = (decided_at is null)),
	constraint report_profile_taken unique (reporter_id, profile_id),
	constraint report_card_taken unique (reporter_id, card_id),
	constraint report_event_taken unique (reporter_id, event_id)
);
comment on table messenger.report is 'A profile, a card or a message that somebody finds wrong.';
comment on column messenger.report.reporter_id is 'Who says so; null: an account that is gone.';
comment on column messenger.report.decision is 'Null: it waits for staff.';
create index report_waits on messenger.report (id) where decision is null;
create index report_profile on messenger.report (profile_id) where profile_id is not null;
create index report_card on messenger.report (card_id) where card_id is not null;
create index report_event on messenger.report (event_id) where event_id is not null;
create index report_decided_by on messenger.report (decided_by) where decided_by is not null;

commit;
