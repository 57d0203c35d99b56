-- Deploy samovar:console_second_factor to pg
-- One-time codes beside the password

begin;

create table account.second_factor (
	account_id bigint primary key references account.account on delete cascade,
	secret text not null check (secret <> ''),
	confirmed_at timestamptz,
	last_step bigint not null default 0,
	failures integer not null default 0 check (failures >= 0),
	failed_at timestamptz,
	created timestamptz not null default now()
);
comment on table account.second_factor is 'One-time codes of an app (RFC 6238) that a sign-in at the console asks for beside the password.';
comment on column account.second_factor.secret is 'Sealed under token.secret: the table alone makes no code.';
comment on column account.second_factor.confirmed_at is 'Null: begun, and no code has been shown yet; it does not count.';
comment on column account.second_factor.last_step is 'Of the newest code that was taken: none counts twice.';
comment on column account.second_factor.failures is 'Wrong codes in a row.';

create table account.recovery_code (
	account_id bigint not null references account.account on delete cascade,
	hash text not null check (length(hash) = 64),
	primary key (account_id, hash)
);
comment on table account.recovery_code is 'For a phone that is lost: each is good once and goes with its use. SHA-256 of account and code, which has 80 random bits.';

commit;
