-- Deploy samovar:absence to pg
-- Days on which a family is ill or away, planned by them or by staff

begin;

create table programme.absence (
	member_id uuid not null references programme.member on delete cascade,
	day date not null,
	kind text not null check (kind in ('ill', 'away')),
	added_by bigint references account.account on delete set null,
	is_staffs boolean not null,
	replaced programme.report_status check (replaced in ('waiting', 'skipped')),
	created timestamptz not null default now(),
	constraint absence_taken primary key (day, member_id)
);
comment on table programme.absence is 'A day that does not count because the family is ill or away: its report is not_participate, and no task or reminder goes out.';
comment on column programme.absence.added_by is 'Who of staff put it there; null: the family, or somebody whose account is gone.';
comment on column programme.absence.is_staffs is 'Put there by staff: not of the family''s budget.';
comment on column programme.absence.replaced is 'What the day''s report was before, if it was there: taking the day back gives it back.';
create index absence_of_member on programme.absence (member_id, day);
create index absence_added_by on programme.absence (added_by) where added_by is not null;

commit;
