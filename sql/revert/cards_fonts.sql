-- Revert samovar:cards_fonts from pg

begin;

drop table cards.fonts;

commit;
