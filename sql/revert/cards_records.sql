-- Revert samovar:cards_records from pg

begin;

alter table cards.round drop whole;
alter table cards.card drop record_lacks;

commit;
