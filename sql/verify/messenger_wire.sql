-- Verify samovar:messenger_wire on pg

begin;

select messenger.as_profile(p), messenger.http_date(p.created) from messenger.profile p where false;

rollback;
