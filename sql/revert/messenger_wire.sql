-- Revert samovar:messenger_wire from pg

begin;

drop function messenger.role_of(bigint);
drop function messenger.as_profile(messenger.profile);
drop function messenger.http_date(timestamptz);

commit;
