-- Verify samovar:cards_dropbox on pg

begin;

select dropbox_url, dropbox_drawing, dropbox_refused from cards.card where false;
select paused_until from cards.dropbox where false;
select 1 / count(*) from pg_views where schemaname = 'cards' and viewname = 'shown' and definition like '%dropbox_url%';

rollback;
