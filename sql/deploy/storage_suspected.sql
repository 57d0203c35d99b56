-- Deploy samovar:storage_suspected to pg
-- Lead links around a server that has failed once, before it counts as down

begin;

alter table storage.health add suspected_at timestamptz;
comment on column storage.health.suspected_at is 'It is up as far as anybody knows, but has failed since it was last seen so: links lead to others that have the same, and it is looked at every second.';

commit;
