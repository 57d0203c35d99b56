-- Revert samovar:cards_rounds from pg

begin;

alter table cards.round drop seen, drop refused;

commit;
