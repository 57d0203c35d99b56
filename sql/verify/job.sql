-- Verify samovar:job on pg

begin;

select id, kind, subject, key, priority, run_at, state, tries, max_tries, lease_until, leased_by, again, last_error,
       done, total, created
  from job.job where false;
select name, enabled, last_slot from job.timer where false;
select timer, slot, fired_at, fired_by from job.timer_run where false;
select 1 / count(*) from pg_trigger where tgname = 'job_wake' and tgrelid = 'job.job'::regclass;

-- Jobs without a key never meet, jobs with one do.
do $$
begin
	insert into job.job (kind, key) values ('verify', null), ('verify', null), ('verify', 'a');
	begin
		insert into job.job (kind, key) values ('verify', 'a');
		raise exception 'two jobs of one key';
	exception when unique_violation then
		null;
	end;
end $$;

rollback;
