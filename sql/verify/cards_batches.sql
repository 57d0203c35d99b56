-- Verify samovar:cards_batches on pg

begin;

select uuid, kind, cards, state, done, error, bytes, created, created_by from cards.batch where false;
select id, began, ended, figures, errors from cards.round where false;
select record_written from cards.card where false;

rollback;
