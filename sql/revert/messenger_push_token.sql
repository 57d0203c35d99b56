-- Revert samovar:messenger_push_token from pg

begin;

drop index messenger.push_token;

commit;
