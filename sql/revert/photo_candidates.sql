-- Revert samovar:photo_candidates from pg

begin;

delete from programme.photo_intake i using programme.photo_intake e where e.report_id = i.report_id and e.id < i.id;
alter table programme.photo_intake drop column delayed;
alter table programme.photo_intake drop column album;
alter table programme.photo_intake add constraint photo_intake_one unique (report_id);

commit;
