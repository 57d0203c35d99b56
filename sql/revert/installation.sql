-- Revert samovar:installation from pg

begin;

drop schema installation cascade;
alter table storage.server drop column claimed_by, drop column fenced;

commit;
