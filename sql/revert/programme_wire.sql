-- Revert samovar:programme_wire from pg

begin;

drop table programme.photo_intake;
alter table programme.report_photo drop column similar_bits;
alter table programme.report_photo drop column similar_to;
alter table programme.report_photo drop column phashes;
drop function programme.as_task(programme.task);
drop function programme.as_report(programme.report);
drop function programme.as_request(programme.request);
drop function programme.as_shift(programme.shift);

commit;
