-- Revert samovar:task_titles from pg

begin;

drop index programme.task_title_taken;
alter table programme.task add constraint task_title_taken unique (title);

commit;
