-- Deploy samovar:account_email to pg
-- Addresses that are confirmed by mail, and the tokens for it

begin;

alter table account.account
	add email_confirmed_at timestamptz,
	add email_pending citext check (char_length(email_pending) between 1 and 254),
	add email_trouble text check (char_length(email_trouble) <= 300),
	add confirm_by timestamptz,
	add language text check (language in ('ru', 'en', 'ko')),
	add constraint account_confirmed_email check (email_confirmed_at is null or email is not null),
	add constraint account_confirm_by check (email_confirmed_at is null or confirm_by is null);
comment on column account.account.email_confirmed_at is 'When a mail to this address was answered, or the account was made by somebody who vouches for it (invitation, samovarctl, import); null: nobody has.';
comment on column account.account.email_pending is 'Address that is to take the place of email once its tokens are used (account.email_token).';
comment on column account.account.email_trouble is 'Permanent refusal of the mail server for the last mail to this account; null: none.';
comment on column account.account.confirm_by is 'An unconfirmed account is removed at this time; null: it stays.';
comment on column account.account.language is 'Language of mails to this person; null: site.language.';
create index account_confirm_by on account.account (confirm_by) where confirm_by is not null;

-- Staff came by an invitation or by samovarctl. Other addresses were never checked, and their accounts stay.
update account.account set email_confirmed_at = created where email is not null and (role is not null or is_superuser);

create table account.email_token (
	id bigint generated always as identity primary key,
	account_id bigint not null references account.account on delete cascade,
	purpose text not null check (purpose in ('confirm', 'change_old', 'change_new', 'undo', 'reset')),
	address citext not null check (char_length(address) between 1 and 254),
	token_hash bytea not null constraint email_token_taken unique check (length(token_hash) = 32),
	code_hash bytea check (length(code_hash) = 32),
	code_expires timestamptz,
	tries smallint not null default 0 check (tries >= 0),
	is_repeat boolean not null default false,
	created timestamptz not null default now(),
	expires timestamptz not null,
	used_at timestamptz,
	check ((code_hash is null) = (code_expires is null))
);
comment on table account.email_token is 'Secrets of links that were mailed: what they prove is that somebody reads that mailbox.';
comment on column account.email_token.purpose is 'confirm: the address of an account; change_old, change_new: consent of the old and of the new side to email_pending; undo: the old side takes the change back; reset: a new password.';
comment on column account.email_token.address is 'Where the mail went.';
comment on column account.email_token.token_hash is 'Keyed SHA-256 of the 32 random bytes in the link.';
comment on column account.email_token.code_hash is 'Keyed SHA-256 of the six digits; null: a link only.';
comment on column account.email_token.tries is 'Wrong codes; after five the code is dead, the link is not.';
comment on column account.email_token.is_repeat is 'Made by a registration that came with another password than the account has: who set that one is not known.';
create index email_token_account on account.email_token (account_id, purpose, expires);
create index email_token_expires on account.email_token (expires);

-- The face people has sessions of its own.
alter table account.session
	drop constraint session_face_check,
	add constraint session_face_check
		check (face in ('storage', 'programme', 'messenger', 'cards', 'catalogue', 'people'));

commit;
