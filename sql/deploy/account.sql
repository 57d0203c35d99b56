-- Deploy samovar:account to pg
-- requires: schemas
-- Accounts of every face, what they may do, their sessions, invitations and the audit trail.

begin;

create type account.status as enum ('active', 'blocked', 'locked', 'deactivated');
comment on type account.status is 'blocked: by staff; locked: by too many wrong passwords, until unlocked; deactivated: by its owner or by erasure.';
create type account.role as enum ('administrator', 'expert');
comment on type account.role is 'Role in the programme; the wire uses these two words.';

create table account.account (
	id bigint generated always as identity (maxvalue 2147483647) primary key,
	uuid uuid not null default gen_random_uuid() constraint account_uuid_taken unique,
	username citext constraint account_username_taken unique
		check (char_length(username) between 1 and 100),
	email citext constraint account_email_taken unique
		check (char_length(email) between 1 and 254),
	name text not null default '' check (char_length(name) <= 100),
	surname text not null default '' check (char_length(surname) <= 100),
	nickname text check (char_length(nickname) <= 100),
	password text,
	password_changed_at timestamptz,
	status account.status not null default 'active',
	status_reason text,
	status_at timestamptz,
	is_superuser boolean not null default false,
	role account.role,
	last_login_at timestamptz,
	created timestamptz not null default now(),
	updated timestamptz not null default now()
);
comment on table account.account is 'A person who signs in. Every face uses this one table.';
comment on column account.account.id is 'The id that the messenger''s phones keep in 32 bits; everybody else uses uuid.';
comment on column account.account.username is 'Unique whatever its case, yet compared exactly at sign-in (storage contract 4.1); null: signs in by e-mail only.';
comment on column account.account.email is 'Null: an account that was made without one.';
comment on column account.account.name is 'First name.';
comment on column account.account.password is 'argon2id text, or an imported bcrypt or legacy hash that is replaced at the next good sign-in; null: cannot sign in by password.';
comment on column account.account.password_changed_at is 'Sessions issued before it are dead.';
comment on column account.account.status_reason is 'Why it is not active, as staff or the machine said it.';
comment on column account.account.status_at is 'When status last changed.';
comment on column account.account.is_superuser is 'Passes every permission check.';
comment on column account.account.role is 'Null: no part in running the programme.';
create index account_role on account.account (role, status) where role is not null;

create table account.permission_name (
	name text primary key check (name ~ '^[a-z_]{1,100}$'),
	meaning text not null
);
comment on table account.permission_name is 'The permissions there are; clients compare these exact strings.';
insert into account.permission_name (name, meaning) values
	('can_view_file', 'list own files and get download links'),
	('can_rename_file', 'rename own files'),
	('can_upload_file', 'get upload links'),
	('can_download_file', 'get download links'),
	('can_delete_file', 'delete own files'),
	('can_view_cdnserver', 'see the servers and which of them hold a file'),
	('can_change_cdnserver', 'edit a server'),
	('can_add_cdnserver', 'add a server'),
	('can_delete_cdnserver', 'delete a server'),
	('can_view_filesharelink', 'list share links of own files'),
	('can_add_filesharelink', 'make share links to own files'),
	('can_delete_filesharelink', 'delete share links of own files');

create table account.permission (
	account_id bigint not null references account.account on delete cascade,
	name text not null references account.permission_name on delete cascade on update cascade,
	created timestamptz not null default now(),
	primary key (account_id, name)
);
comment on table account.permission is 'Which account holds which permission.';
create index permission_of_name on account.permission (name);

create type account.token_kind as enum ('access', 'refresh');

create table account.session (
	jti uuid primary key default gen_random_uuid(),
	account_id bigint not null references account.account on delete cascade,
	face text not null check (face in ('storage', 'programme', 'messenger', 'cards', 'catalogue')),
	family uuid not null,
	kind account.token_kind not null,
	claims jsonb not null default '{}',
	otp text,
	user_agent text check (char_length(user_agent) <= 1000),
	address inet,
	push_token text,
	created timestamptz not null default now(),
	expires timestamptz not null,
	spent_at timestamptz,
	next_access uuid,
	next_refresh uuid,
	revoked_at timestamptz,
	revoked_why text,
	check ((revoked_at is null) = (revoked_why is null)),
	check (kind = 'refresh' or (spent_at is null and next_access is null and next_refresh is null))
);
comment on table account.session is 'One row a token that was issued. A token whose row is absent, revoked or past is not valid; Redis only remembers what has been revoked.';
comment on column account.session.family is 'All tokens that descend from one sign-in: a replayed refresh token ends the whole family.';
comment on column account.session.claims is 'What the token says beside jti, times and kind (permissions, is_superuser...), as it was when issued; with created and expires the same token can be signed again.';
comment on column account.session.otp is 'Messenger: the one-time part of a refresh token.';
comment on column account.session.push_token is 'Messenger: where pushes to this device go.';
comment on column account.session.created is 'The token''s iat, whole seconds.';
comment on column account.session.expires is 'The token''s exp, whole seconds.';
comment on column account.session.spent_at is 'When this refresh token was exchanged; for some seconds a repeat is answered with the same pair, later it is theft.';
comment on column account.session.next_access is 'The access token it was exchanged for. Not a foreign key: rows are swept when they expire, each on its own.';
comment on column account.session.next_refresh is 'The refresh token it was exchanged for.';
comment on column account.session.revoked_why is 'sign-out, sign-in, replay, password, blocked, role, staff, erased.';
create index session_account on account.session (account_id, face);
create index session_family on account.session (family);
create index session_expires on account.session (expires);
create index session_push_token on account.session (push_token) where push_token is not null;

create table account.lockout (
	name_hash bytea primary key check (length(name_hash) = 32),
	failures integer not null default 0 check (failures >= 0),
	first_at timestamptz not null default now(),
	last_at timestamptz not null default now(),
	locked_until timestamptz
);
comment on table account.lockout is 'Wrong passwords by the name that was typed, so that a name nobody has behaves like one that somebody has.';
comment on column account.lockout.name_hash is 'Keyed SHA-256 of the sign-in name in lower case: the table tells nobody which names were tried.';
comment on column account.lockout.first_at is 'When the counted failures began.';
create index lockout_last on account.lockout (last_at);

create table account.invitation (
	id uuid primary key default gen_random_uuid(),
	token uuid not null default gen_random_uuid() constraint invitation_token_taken unique,
	name text not null check (char_length(name) between 1 and 100),
	surname text not null check (char_length(surname) between 1 and 100),
	email citext not null check (char_length(email) between 1 and 254),
	expires timestamptz not null,
	used_at timestamptz,
	created_by bigint references account.account on delete set null,
	created timestamptz not null default now(),
	updated timestamptz not null default now()
);
comment on table account.invitation is 'An invitation by e-mail to become staff of the programme.';
comment on column account.invitation.token is 'The secret of the mailed address; never printed by the API.';
comment on column account.invitation.used_at is 'When somebody registered with it; it cannot be used again.';
create index invitation_email on account.invitation (email);
create index invitation_created_by on account.invitation (created_by);

create table account.audit (
	id bigint generated always as identity primary key,
	at timestamptz not null default now(),
	actor bigint references account.account on delete set null,
	action text not null check (action <> ''),
	object_kind text not null,
	object_id text not null default '',
	data jsonb not null default '{}',
	address inet,
	request_id text
);
comment on table account.audit is 'What staff and operators did: one row an action, written in its transaction, never changed.';
comment on column account.audit.actor is 'Null: the machine, samovarctl, or an account that has been erased.';
comment on column account.audit.action is 'noun.verb, such as account.block or report.approve.';
comment on column account.audit.object_kind is 'Table of the object without its schema.';
comment on column account.audit.object_id is 'Its key as text; empty when the action has no single object.';
comment on column account.audit.request_id is 'Id of the HTTP request as the access log has it.';
create index audit_at on account.audit (at desc, id desc);
create index audit_actor on account.audit (actor, at desc);
create index audit_object on account.audit (object_kind, object_id, at desc);

commit;
