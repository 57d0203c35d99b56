-- Revert samovar:programme_pace from pg

begin;

update programme.outbox
   set key = split_part(key, '/', 1) || '/' || split_part(key, '/', 3) || '/' || split_part(key, '/', 2)
 where kind in ('task', 'remind') and key ~ '^(task|remind)/[0-9-]{10}/[0-9a-f-]{36}$';
comment on column programme.outbox.key is 'What makes it the same message, such as task/<member>/<date>: a second insert does nothing.';

drop index programme.outbox_participant;
create index outbox_participant on programme.outbox (participant_id, id);
drop trigger participant_gone on programme.participant;
drop function programme.participant_gone();
delete from programme.outbox o where participant_id is not null
   and not exists (select from programme.participant p where p.id = o.participant_id);
alter table programme.outbox add constraint outbox_participant_id_fkey
	foreign key (participant_id) references programme.participant on delete cascade;

drop index programme.report_url_taken;
alter table programme.report add constraint report_url_taken unique (report_url);
drop index programme.report_of_shift;
create index report_of_shift on programme.report (shift_id, status);
drop index programme.report_of_member;
alter table programme.report drop constraint report_taken;
alter table programme.report add constraint report_taken unique (member_id, task_date);

drop trigger task_stays on programme.task;
drop function programme.task_stays();
create index report_task on programme.report (task_id, status);
alter table programme.report add constraint report_task_id_fkey
	foreign key (task_id) references programme.task on delete restrict;
alter table programme.report add constraint report_shift_id_fkey
	foreign key (shift_id) references programme.shift on delete restrict;
alter table programme.report alter id set default gen_random_uuid();
drop function public.uuid_in_order();

commit;
