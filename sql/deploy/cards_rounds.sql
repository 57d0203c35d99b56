-- Deploy samovar:cards_rounds to pg
-- Rounds with Airtable tell that they live, and what they refused

begin;

alter table cards.round add seen timestamptz, add refused text[] not null default '{}';
update cards.round set seen = began;
alter table cards.round alter seen set not null;
comment on column cards.round.seen is 'When it last took a page: one that has not for long was somebody''s who was killed.';
comment on column cards.round.refused is 'Records that it did not take; the next round asks for them again.';

commit;
