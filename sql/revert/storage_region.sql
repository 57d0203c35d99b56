-- Revert samovar:storage_region from pg

begin;

update storage.server set region = 'us-east-1' where region is null;
alter table storage.server alter region set default 'us-east-1', alter region set not null;

commit;
