-- Revert samovar:cards_told from pg

begin;

alter table cards.card drop column told_at;

commit;
