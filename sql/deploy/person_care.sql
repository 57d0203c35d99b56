-- Deploy samovar:person_care to pg
-- Erasure of people, retention of photos

begin;

alter table programme.participant add column erased_at timestamptz;
comment on column programme.participant.erased_at is 'Since then nobody knows who this was: what is left counts, and names nobody.';

alter table programme.report_photo add column removed_at timestamptz;
comment on column programme.report_photo.removed_at is 'When its file was given up (retention); its SHA-256 still finds exact duplicates.';
create index report_photo_kept on programme.report_photo (created) where removed_at is null;

commit;
