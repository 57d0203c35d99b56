-- Deploy samovar:job_wake_due to pg
-- requires: job
-- Wake the workers only for jobs that are due, or nearly. A transaction that notifies waits for all others
-- that do at its commit; jobs for later, such as a look at every upload, need not pay that. A worker looks
-- at the queue every five seconds (worker.poll) and so knows of them before they are due.

begin;

drop trigger job_wake on job.job;

create or replace function job.wake() returns trigger
language plpgsql as $$
begin
	if exists (select from added where state = 'ready' and run_at <= now()) then
		notify job;
	end if;
	return null;
end $$;

create trigger job_wake after insert on job.job
	referencing new table as added
	for each statement execute function job.wake();

commit;
