-- Deploy samovar:cards to pg
-- requires: account_rights
-- Members, roles with their layouts, cards and what is drawn of them

begin;

create table cards.member (
	id bigint generated always as identity primary key,
	uuid uuid not null default gen_random_uuid() unique,
	number bigint check (number between 0 and 999999999),
	name text not null default '' check (char_length(name) <= 100),
	surname text not null default '' check (char_length(surname) <= 100),
	latin_name text check (char_length(latin_name) <= 200),
	account_id bigint references account.account on delete set null,
	hides_preview boolean not null default false,
	source text not null default 'own' check (source in ('own', 'airtable')),
	record_id text,
	created timestamptz not null default now(),
	updated timestamptz not null default now(),
	constraint member_number_taken unique (number),
	constraint member_record_taken unique (record_id)
);
comment on table cards.member is 'Who has cards: by a number that nobody else has. May have an account.';
comment on column cards.member.latin_name is 'The whole name in Latin letters as the member writes it; null: transliterated.';
comment on column cards.member.hides_preview is 'The verification page shows no picture of the cards.';
comment on column cards.member.record_id is 'Airtable''s id of the record.';
create unique index member_account on cards.member (account_id) where account_id is not null;

create function cards.searched(member cards.member) returns text
language sql immutable parallel safe
return lower((member).name || ' ' || (member).surname || ' ' || coalesce((member).latin_name, '') || ' '
	|| coalesce((member).number::text, ''));
comment on function cards.searched is 'What a search for a card looks into.';
create index member_searched on cards.member using gin (cards.searched(member) gin_trgm_ops);

create table cards.background (
	sha256 text primary key check (sha256 ~ '^[0-9a-f]{64}$'),
	bytes bigint not null,
	width integer not null,
	height integer not null,
	server_ids uuid[] not null default '{}',
	created timestamptz not null default now()
);
comment on table cards.background is 'PNGs that cards are drawn on, by their content. In the object store as cards/background/<sha256>.png, or a file of the artefacts.';
comment on column cards.background.server_ids is 'Which servers have it; none: it is a file of the artefacts.';

create table cards.role (
	name text primary key check (name ~ '^[a-z][a-z0-9_]{0,31}$'),
	title text check (char_length(title) between 1 and 100),
	background text references cards.background on delete restrict,
	background_version integer not null default 0,
	layout_version integer not null default 0,
	own_background boolean not null default false,
	own_layout boolean not null default false,
	updated timestamptz not null default now()
);
create index role_background on cards.role (background);
comment on table cards.role is 'Roles that cards are drawn for: a background and a layout each.';
comment on column cards.role.title is 'What stands on the card in place of the name.';
comment on column cards.role.background_version is 'Number of the background in force; 0: there is none.';
comment on column cards.role.layout_version is 'Number of the layout in force; 0: there is none.';
comment on column cards.role.own_background is 'Put by staff: files of the artefacts do not replace it.';
comment on column cards.role.own_layout is 'The same of the layout.';

create table cards.layout (
	role text not null references cards.role on delete cascade on update cascade,
	version integer not null check (version > 0),
	body jsonb not null,
	created timestamptz not null default now(),
	created_by bigint references account.account on delete set null,
	primary key (role, version)
);
create index layout_created_by on cards.layout (created_by) where created_by is not null;
comment on table cards.layout is 'Where and how each text of a role''s cards stands; versions are never changed.';

create type cards.status as enum ('incomplete', 'due', 'drawing', 'drawn', 'failed', 'withdrawn');

create table cards.card (
	id bigint generated always as identity primary key,
	uuid uuid not null default gen_random_uuid() unique,
	code text not null check (code ~ '^(T-)?[0-9A-HJKMNP-TV-Z]{26}$'),
	member_id bigint not null references cards.member on delete cascade,
	role text check (role ~ '^[a-z][a-z0-9_]{0,31}$'),
	level integer check (level between 0 and 999999),
	issued date,
	valid_until date,
	status cards.status not null default 'incomplete',
	missing text[] not null default '{}',
	error text,
	version bigint not null default 1,
	drawing text,
	layout_version integer,
	server_ids uuid[] not null default '{}',
	sizes bigint[],
	drawn_at timestamptz,
	replaces bigint references cards.card on delete set null,
	withdrawn_at timestamptz,
	withdrawn_why text,
	source text not null default 'own' check (source in ('own', 'airtable')),
	record_id text,
	created timestamptz not null default now(),
	updated timestamptz not null default now(),
	constraint card_code_taken unique (code),
	constraint card_record_taken unique (record_id),
	check ((status = 'withdrawn') = (withdrawn_at is not null))
);
comment on table cards.card is 'Members'' cards.';
comment on column cards.card.code is '128 random bits, Crockford''s base32: the public address. T- in front: a specimen.';
comment on column cards.card.missing is 'The fields that the card lacks, of a card that is incomplete.';
comment on column cards.card.error is 'Why it could not be drawn.';
comment on column cards.card.version is 'Counts the changes of what is drawn: the ETag.';
comment on column cards.card.drawing is 'Fingerprint of what the pictures were drawn from, part of their keys; null: there are none.';
comment on column cards.card.layout_version is 'With which layout they were drawn.';
comment on column cards.card.server_ids is 'Which servers have them.';
comment on column cards.card.sizes is 'Bytes of PNG, JPEG, preview as JPEG and as WebP.';
create index card_member on cards.card (member_id);
create index card_role on cards.card (role, id);
create index card_replaces on cards.card (replaces) where replaces is not null;
create index card_status on cards.card (status, id) where status <> 'drawn';

create table cards.former_code (
	code text primary key,
	card_id bigint not null references cards.card on delete cascade,
	retired timestamptz not null default now()
);
comment on table cards.former_code is 'Codes that a card had before it got another one: as good as withdrawn.';
create index former_code_card on cards.former_code (card_id);

create table cards.object (
	key text not null,
	server_id uuid not null,
	card_id bigint,
	created timestamptz not null default now(),
	primary key (key, server_id)
);
comment on table cards.object is 'Objects of ours on servers, noted before they are sent, so that none is left behind by a process that was killed.';
create index object_card on cards.object (card_id);
create index object_created on cards.object (created);

create table cards.history (
	id bigint generated always as identity primary key,
	card_id bigint not null references cards.card on delete cascade,
	at timestamptz not null default now(),
	actor bigint references account.account on delete set null,
	what text not null,
	layout_version integer,
	data jsonb
);
comment on table cards.history is 'What happened to a card: made, changed, drawn, withdrawn; by whom (null: the server itself), with which layout.';
create index history_card on cards.history (card_id, id);
create index history_actor on cards.history (actor) where actor is not null;

create table cards.look (
	day date not null,
	state text not null,
	count bigint not null default 0,
	primary key (day, state)
);
comment on table cards.look is 'How often the verification pages were looked at; of who looked nothing is kept.';

-- What of a card is there to be drawn.
create view cards.shown as
select c.id, c.uuid, c.role, c.status, c.version, c.member_id, c.code, m.account_id,
       case when c.status = 'drawn' and c.valid_until < current_date then 'expired' else c.status::text end as state,
       json_build_object('uuid', c.uuid, 'code', c.code, 'number', m.number, 'name', m.name, 'surname', m.surname,
           'latin_name', m.latin_name, 'role', c.role, 'level', c.level, 'card_issued_date', c.issued,
           'valid_until', c.valid_until,
           'status', case when c.status = 'drawn' and c.valid_until < current_date then 'expired' else c.status::text end,
           'missing', to_json(c.missing), 'error', c.error, 'layout_version', c.layout_version,
           'images', case when c.drawing is not null and c.status <> 'withdrawn'
               then json_build_object('png', '/c/' || c.code || '.png', 'jpg', '/c/' || c.code || '.jpg',
                                      'preview', '/c/' || c.code || '.jpg?w=600') end,
           'source', c.source, 'record_id', c.record_id, 'account', a.uuid, 'version', c.version,
           'replaces', r.uuid, 'created', c.created, 'updated', c.updated, 'drawn_at', c.drawn_at,
           'withdrawn', case when c.withdrawn_at is not null
               then json_build_object('at', c.withdrawn_at, 'why', c.withdrawn_why) end) as json
  from cards.card c join cards.member m on m.id = c.member_id
       left join account.account a on a.id = m.account_id left join cards.card r on r.id = c.replaces;
comment on view cards.shown is 'Cards as the API shows them.';

commit;
