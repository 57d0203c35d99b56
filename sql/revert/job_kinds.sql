-- Revert samovar:job_kinds from pg

begin;

drop trigger job_kind_of_today on job.job;
drop function job.kind_of_today();
update job.job set kind = case kind
		when 'upload.poll' then 'upload.look'
		when 'store.scan' then 'store.look'
		when 'copy.replicate' then 'copy.spread'
		when 'server.resync' then 'server.fill' end
 where kind in ('upload.poll', 'store.scan', 'copy.replicate', 'server.resync');
insert into job.timer (name, enabled, last_slot) select 'store.look', enabled, last_slot from job.timer where name = 'store.scan'
on conflict (name) do nothing;
update job.timer_run set timer = 'store.look' where timer = 'store.scan';
delete from job.timer where name = 'store.scan';

commit;
