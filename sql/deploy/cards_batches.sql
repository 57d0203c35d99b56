-- Deploy samovar:cards_batches to pg
-- requires: cards
-- Prints and archives of cards, rounds with Airtable

begin;

create table cards.batch (
	uuid uuid primary key default gen_random_uuid(),
	kind text not null check (kind in ('print', 'print8', 'archive')),
	cards bigint[] not null,
	state text not null default 'waiting' check (state in ('waiting', 'running', 'ready', 'failed')),
	done integer not null default 0,
	error text,
	server_ids uuid[] not null default '{}',
	bytes bigint,
	created timestamptz not null default now(),
	created_by bigint references account.account on delete set null
);
comment on table cards.batch is 'Files made of many cards: a PDF to print, a zip. Kept for a day.';
comment on column cards.batch.kind is 'print: a card a page with bleed and crop marks; print8: eight on A4.';
comment on column cards.batch.cards is 'Ids, in their order.';
create index batch_created on cards.batch (created);
create index batch_created_by on cards.batch (created_by) where created_by is not null;

create table cards.round (
	id bigint generated always as identity primary key,
	began timestamptz not null default now(),
	ended timestamptz,
	figures jsonb not null default '{}',
	errors jsonb not null default '[]'
);
comment on table cards.round is 'Rounds with the Airtable base: what each found, did and could not do.';

alter table cards.card add record_written text;
comment on column cards.card.record_written is 'The drawing whose address was written back to Airtable.';
create index card_unwritten on cards.card (id) where source = 'airtable' and status = 'drawn';

commit;
