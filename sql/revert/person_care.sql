-- Revert samovar:person_care from pg

begin;

drop index programme.report_photo_kept;
alter table programme.report_photo drop column removed_at;
alter table programme.participant drop column erased_at;

commit;
