-- Revert samovar:messenger_people from pg

begin;

delete from account.permission_name where name = 'can_manage_messenger';
alter table account.session drop number;
drop sequence messenger.session_number;
drop table messenger.person;
drop function messenger.new_commit_id();

commit;
