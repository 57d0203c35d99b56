-- Verify samovar:cards_kept on pg

begin;

select card_id, form, file_id, bytes from cards.picture where false;
select file_id from cards.background where false;
select file_id from cards.batch where false;
select work from cards.card where false;

rollback;
