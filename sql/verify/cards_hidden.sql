-- Verify samovar:cards_hidden on pg

begin;

select 1 / count(*) from pg_views where schemaname = 'cards' and viewname = 'shown' and definition like '%''hidden''%';

rollback;
