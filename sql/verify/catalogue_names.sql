-- Verify samovar:catalogue_names on pg
-- Selects what the change made, or divides by zero.

begin;

select 1 / (catalogue.made_id('films', 'film', 'tt0111161') = catalogue.made_id('films', 'film', 'tt0111161'))::integer;
select 1 / (array(select catalogue.names('A B, Robert Downey, Jr., C') order by 1) = '{A B,C,"Robert Downey, Jr."}')::integer;
select 'catalogue.load_losses()'::regprocedure, 'catalogue.load_names(text)'::regprocedure, 'catalogue.load_ids(text)'::regprocedure;

rollback;
