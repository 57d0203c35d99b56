-- Deploy samovar:programme_closed_day to pg
-- The staff has closed a day: it reminds nobody any more

begin;

create table programme.closed_day (
	shift_id uuid not null references programme.shift on delete cascade,
	day date not null,
	closed_at timestamptz not null default now(),
	closed_by bigint references account.account on delete set null,
	constraint closed_day_pkey primary key (shift_id, day)
);
comment on table programme.closed_day is 'Days that staff has done with: no reminder goes out for them.';
create index closed_day_closed_by on programme.closed_day (closed_by) where closed_by is not null;

commit;
