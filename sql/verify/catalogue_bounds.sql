-- Verify samovar:catalogue_bounds on pg

begin;

select 'catalogue.plain_start(text)'::regprocedure, 'catalogue.film_words(text)'::regprocedure,
	'catalogue.document_fault(jsonb)'::regprocedure, 'catalogue.member_fault(jsonb)'::regprocedure;
select 1 / (to_regclass('catalogue.genre_name') is null)::integer;

rollback;
