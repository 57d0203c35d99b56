-- Deploy samovar:messenger_people to pg
-- People of the messenger: nickname, what they say of themselves, the number of their sessions

begin;

create function messenger.new_commit_id() returns text
language sql volatile parallel safe
return replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '');
comment on function messenger.new_commit_id is 'What a row is called by until its next change: 64 hexadecimal digits that nobody can guess.';

create table messenger.person (
	account_id bigint primary key references account.account on delete cascade,
	nickname citext not null constraint person_nickname_taken unique check (char_length(nickname) between 1 and 64),
	description text check (char_length(description) <= 2000),
	profile_image text check (char_length(profile_image) between 1 and 200),
	private boolean not null default false,
	deactivated_by bigint references account.account on delete set null,
	created timestamptz not null default now(),
	modified timestamptz not null default now(),
	commit_id text not null default messenger.new_commit_id() check (commit_id ~ '^[0-9a-f]{64}$')
);
comment on table messenger.person is 'What the messenger knows of an account beside account.account; whoever signs in there for the first time gets one.';
comment on column messenger.person.nickname is 'Unique whatever its case, among the messenger''s people only.';
comment on column messenger.person.profile_image is 'Address below the face: /uploads/<name>.';
comment on column messenger.person.private is 'Kept and shown; it has no effect.';
comment on column messenger.person.deactivated_by is 'Who ended the account: its owner, or staff.';
comment on column messenger.person.commit_id is 'New at every change.';
create index person_deactivated_by on messenger.person (deactivated_by) where deactivated_by is not null;

create sequence messenger.session_number as integer;
comment on sequence messenger.session_number is 'The wire''s jti: phones read it in 32 bits.';

alter table account.session add number bigint;
comment on column account.session.number is 'Messenger: what its tokens call a session, one number for all of a family; null for other faces.';
create index session_number on account.session (number) where number is not null;

insert into account.permission_name (name, meaning) values ('can_manage_messenger', 'administer the messenger');

commit;
