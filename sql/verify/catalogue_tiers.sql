-- Verify samovar:catalogue_tiers on pg
-- Selects what the change made, or divides by zero.

begin;

select 1 / (count(*) = 12)::integer from pg_indexes where schemaname = 'catalogue' and indexname ~ '_words_[1-4]$';
select 1 / (count(*) = 0)::integer from pg_attribute where attrelid = 'catalogue.spelling'::regclass and attname = 'shorter';
select best from catalogue.film where best = any (catalogue.films_with('star', true, 1));
select id, score from catalogue.find_films('the', 1);

rollback;
