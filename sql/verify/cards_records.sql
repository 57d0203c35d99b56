-- Verify samovar:cards_records on pg

begin;

select record_lacks from cards.card where false;
select whole from cards.round where false;

rollback;
