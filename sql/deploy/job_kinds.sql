-- Deploy samovar:job_kinds to pg
-- requires: job
-- Job kinds and a timer by the field's words; what waits under an older name is carried over

begin;

-- Programs of the version before go on adding jobs by their names until they are replaced.
create function job.kind_of_today() returns trigger
language plpgsql as $$
begin
	new.kind := case new.kind
		when 'upload.look' then 'upload.poll'
		when 'store.look' then 'store.scan'
		when 'copy.spread' then 'copy.replicate'
		when 'server.fill' then 'server.resync'
		else new.kind end;
	return new;
end $$;
comment on function job.kind_of_today is 'A job that is added under an older name of its kind has the name of today.';
create trigger job_kind_of_today before insert on job.job
	for each row when (new.kind in ('upload.look', 'store.look', 'copy.spread', 'server.fill'))
	execute function job.kind_of_today();

update job.job set kind = case kind
		when 'upload.look' then 'upload.poll'
		when 'store.look' then 'store.scan'
		when 'copy.spread' then 'copy.replicate'
		when 'server.fill' then 'server.resync' end
 where kind in ('upload.look', 'store.look', 'copy.spread', 'server.fill');
insert into job.timer (name, enabled, last_slot) select 'store.scan', enabled, last_slot from job.timer where name = 'store.look'
on conflict (name) do nothing;
update job.timer_run set timer = 'store.scan' where timer = 'store.look';
delete from job.timer where name = 'store.look';

commit;
