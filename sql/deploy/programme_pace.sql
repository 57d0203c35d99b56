-- Deploy samovar:programme_pace to pg
-- requires: bot_intake
-- The morning of a hundred thousand: fewer keys and indexes a row, and those of a day side by side.

begin;

create function public.uuid_in_order() returns uuid
language sql volatile parallel safe
return encode(overlay(uuid_send(gen_random_uuid())
	placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6), 'hex')::uuid;
comment on function public.uuid_in_order is 'A UUID that begins with the time (milliseconds) and is random after it: rows that are made together have keys that lie together.';

-- A report's keys. The morning makes one for each member, so each check and each index counts a hundred thousand times.
alter table programme.report alter id set default public.uuid_in_order();
-- Its member's key holds the shift, and that member's shift exists.
alter table programme.report drop constraint report_shift_id_fkey;
-- Its task is that of the shift's plan; what a plan names cannot be deleted (below), and a shift with reports neither.
alter table programme.report drop constraint report_task_id_fkey;
drop index programme.report_task;

create function programme.task_stays() returns trigger
language plpgsql as $$
begin
	if exists (select from programme.shift s cross join lateral jsonb_each_text(s.tasks) plan where plan.value = old.id::text) then
		raise foreign_key_violation using message = 'the plan of a shift has this task',
			constraint = 'report_task_id_fkey', table = 'task', schema = 'programme';
	end if;
	return old;
end $$;
comment on function programme.task_stays is 'Keeps a task that a shift''s plan names, and so its reports.';
create trigger task_stays before delete on programme.task
	for each row execute function programme.task_stays();

-- By day first: a new day is written to one place, and yesterday's changes touch one place.
alter table programme.report drop constraint report_taken;
alter table programme.report add constraint report_taken unique (task_date, member_id);
create index report_of_member on programme.report (member_id);
drop index programme.report_of_shift;
create index report_of_shift on programme.report (shift_id, task_date);
-- Most reports have no photo.
alter table programme.report drop constraint report_url_taken;
create unique index report_url_taken on programme.report (report_url) where report_url is not null;

-- Participants stay, as numbers, even when they are erased; who deletes one by hand takes the messages along.
alter table programme.outbox drop constraint outbox_participant_id_fkey;
create function programme.participant_gone() returns trigger
language plpgsql as $$
begin
	delete from programme.outbox where participant_id = old.id;
	return null;
end $$;
comment on function programme.participant_gone is 'Deletes the messages of a participant who is deleted.';
create trigger participant_gone after delete on programme.participant
	for each row execute function programme.participant_gone();
-- One entry a person, with a list of rows.
drop index programme.outbox_participant;
create index outbox_participant on programme.outbox (participant_id);

-- The day stands before the member, so that a day's keys lie together.
comment on column programme.outbox.key is 'What makes it the same message, such as task/<date>/<member>: a second insert does nothing.';
update programme.outbox
   set key = split_part(key, '/', 1) || '/' || split_part(key, '/', 3) || '/' || split_part(key, '/', 2)
 where kind in ('task', 'remind') and key ~ '^(task|remind)/[0-9a-f-]{36}/[0-9-]{10}$';

commit;
