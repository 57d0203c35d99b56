-- Verify samovar:job_request on pg

begin;

select request_id from job.job where false;

rollback;
