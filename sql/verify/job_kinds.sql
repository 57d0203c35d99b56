-- Verify samovar:job_kinds on pg

begin;

do $$
begin
	insert into job.job (kind, subject, key, max_tries) values ('upload.look', 'verify', 'verify-job-kinds', 1);
	if not exists (select from job.job where kind = 'upload.poll' and key = 'verify-job-kinds') then
		raise exception 'a job of an older name keeps it';
	end if;
	if exists (select from job.job where kind in ('upload.look', 'store.look', 'copy.spread', 'server.fill')) then
		raise exception 'jobs of older names are left';
	end if;
end $$;

rollback;
