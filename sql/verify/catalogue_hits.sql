-- Verify samovar:catalogue_hits on pg
-- Selects what the change made, or divides by zero.

begin;

select 1 / (catalogue.film_hits('star', true, null, 0, '{star}', 'star') = '{}')::integer;
select 1 / (catalogue.person_hits('star', null, 0, '{star}', 'star') = '{}')::integer;
select id, score from catalogue.find_films('star', 1);
select id, score from catalogue.find_people('star', 1);

rollback;
