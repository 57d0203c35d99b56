-- Revert samovar:photo_look from pg

begin;

alter table programme.report_photo drop column similar_likeness;
drop table programme.photo_look;

commit;
