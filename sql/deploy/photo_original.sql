-- Deploy samovar:photo_original to pg
-- The bytes of a photo as they were sent are kept until its shift is over

begin;

alter table programme.report_photo add column has_original boolean not null default false;
comment on column programme.report_photo.has_original is 'The bytes as they were sent lie beside the photo (programme.keep_originals), until the shift is over.';
create index report_photo_original on programme.report_photo (report_id) where has_original;

commit;
