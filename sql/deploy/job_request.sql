-- Deploy samovar:job_request to pg
-- requires: job
-- Which request a job comes from: one id from the access log to what was done in the background.

begin;

alter table job.job add column request_id text check (char_length(request_id) <= 100);
comment on column job.job.request_id is 'Id of the request, or of the job, that added it.';

commit;
