-- Verify samovar:catalogue on pg
-- Selects what the change made, or divides by zero.

begin;

select id, title, description, rating, restricted, best, worst, plain_title, title_words, words from catalogue.film where false;
select id, name, description from catalogue.genre where false;
select id, full_name, films, place, plain_name, words from catalogue.person where false;
select film_id, genre_id, best, worst from catalogue.film_genre where false;
select film_id, person_id, role, best from catalogue.film_person where false;
select kind, word, uses, stems from catalogue.spelling where false;
select id, source, films, genres, people, notes, loaded from catalogue.edition where false;
select source, part, bytes from catalogue_next.mark where false;
select 1 / (catalogue.slips('star', 'stra') = 1)::integer;
select 1 / (catalogue.stems('stars') = '{star}')::integer;
select 1 / (catalogue.plain('Ёлка Amélie') = 'елка amelie')::integer;
select id, score from catalogue.find_films('star', 1);
select id, score from catalogue.find_people('star', 1);

rollback;
