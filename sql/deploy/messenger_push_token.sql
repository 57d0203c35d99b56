-- Deploy samovar:messenger_push_token to pg
-- requires: messenger_data
-- Pushes of a device that is gone are found by its address

begin;

create index push_token on messenger.push (token);

commit;
