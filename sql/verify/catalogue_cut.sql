-- Verify samovar:catalogue_cut on pg
-- Selects what the change made, or divides by zero.

begin;

select 1 / (catalogue.cut('Face/Off: S.W.A.T.') = 'face off s w a t  faceoff swat')::integer;
select 1 / (catalogue.title_words('The Who') @@ 'the & who')::integer;
select id, score from catalogue.find_films('to be', 1);
select id, score from catalogue.find_people('star', 1);

rollback;
