-- Verify samovar:cards_airtable on pg

begin;

select record_written_at from cards.card where false;

rollback;
