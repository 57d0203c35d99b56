-- Deploy samovar:cards_fonts to pg
-- The fonts that cards were last drawn with

begin;

create table cards.fonts (
	one boolean primary key default true check (one),
	digest text not null,
	since timestamptz not null
);
comment on table cards.fonts is 'The community''s own fonts as they were last seen: with others all cards are drawn again.';

commit;
