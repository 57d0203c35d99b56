-- Verify samovar:messenger_people on pg

begin;

select account_id, nickname, description, profile_image, private, deactivated_by, created, modified, commit_id
  from messenger.person where false;
select number from account.session where false;
select 1 / count(*) from account.permission_name where name = 'can_manage_messenger';
select 1 / (length(messenger.new_commit_id()) / 64);
select last_value from messenger.session_number;

rollback;
