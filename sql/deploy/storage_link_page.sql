-- Deploy samovar:storage_link_page to pg
-- Share links of everybody, the newest first

begin;

create index link_created on storage.link (created desc, id desc);

commit;
