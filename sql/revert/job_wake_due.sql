-- Revert samovar:job_wake_due from pg

begin;

drop trigger job_wake on job.job;

create or replace function job.wake() returns trigger
language plpgsql as $$
begin
	notify job;
	return null;
end $$;

create trigger job_wake after insert on job.job
	for each statement execute function job.wake();

commit;
