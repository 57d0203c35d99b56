-- Deploy samovar:storage_region to pg
-- A server without a region of its own has that of the settings

begin;

alter table storage.server alter region drop not null, alter region drop default;
-- Until now the column had no effect, so its default was nobody's wish.
update storage.server set region = null where region = 'us-east-1';
comment on column storage.server.region is 'In signatures; null: s3.region.';

commit;
