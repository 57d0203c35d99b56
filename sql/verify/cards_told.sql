-- Verify samovar:cards_told on pg

begin;

select told_at from cards.card where false;

rollback;
