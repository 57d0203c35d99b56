-- Deploy samovar:storage_copy_doubt to pg
-- Give no address of a copy out whose bytes are doubted

begin;

alter table storage.copy add doubted_at timestamptz;
comment on column storage.copy.doubted_at is 'Its bytes were not what they should be when somebody read them, and nobody has compared them since: for some minutes no address of it is given out.';

commit;
