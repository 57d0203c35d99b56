-- Revert samovar:job_request from pg

begin;

alter table job.job drop column request_id;

commit;
