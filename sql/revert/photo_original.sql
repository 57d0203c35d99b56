-- Revert samovar:photo_original from pg

begin;

alter table programme.report_photo drop column has_original;

commit;
