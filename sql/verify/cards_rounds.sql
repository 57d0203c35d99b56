-- Verify samovar:cards_rounds on pg
-- Selects what the change made, or divides by zero.

begin;

select seen, refused from cards.round where false;

rollback;
