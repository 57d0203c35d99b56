-- Revert samovar:programme from pg

begin;

drop table programme.report_photo;
drop table programme.report;
drop table programme.member;
drop table programme.request;
drop table programme.participant;
drop table programme.task;
drop table programme.shift;
drop type programme.report_status;
drop type programme.member_status;
drop type programme.request_status;
drop type programme.participant_status;
drop type programme.shift_status;

commit;
