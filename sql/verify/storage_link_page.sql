-- Verify samovar:storage_link_page on pg

begin;

select 'storage.link_created'::regclass;

rollback;
