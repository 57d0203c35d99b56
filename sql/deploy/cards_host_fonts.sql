-- Deploy samovar:cards_host_fonts to pg
-- Each host tells which fonts of its own it draws with

begin;

-- What was noted is of a host that nobody knows; the next look notes it again.
delete from cards.fonts;
alter table cards.fonts drop column one, add column host text primary key, add column seen timestamptz not null;
comment on table cards.fonts is 'The community''s own fonts as each host that draws was last seen to have them: with others all cards are drawn again.';
comment on column cards.fonts.since is 'When the host was first seen to have these.';
comment on column cards.fonts.seen is 'To the day. A host that is not seen for a month is forgotten.';

commit;
