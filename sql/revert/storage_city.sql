-- Revert samovar:storage_city from pg

begin;

drop trigger server_keep_city on storage.server;
drop function storage.keep_city;
alter table storage.server drop column city;

commit;
