-- Revert samovar:cards_host_fonts from pg

begin;

delete from cards.fonts;
alter table cards.fonts drop column host, drop column seen, add column one boolean primary key default true check (one);
comment on table cards.fonts is 'The community''s own fonts as they were last seen: with others all cards are drawn again.';
comment on column cards.fonts.since is null;

commit;
