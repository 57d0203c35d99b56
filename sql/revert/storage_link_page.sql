-- Revert samovar:storage_link_page from pg

begin;

drop index storage.link_created;

commit;
