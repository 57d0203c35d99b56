-- Revert samovar:cards_airtable from pg

begin;

drop index cards.round_open;
drop index cards.card_unchecked;
alter table cards.card drop record_written_at;

commit;
