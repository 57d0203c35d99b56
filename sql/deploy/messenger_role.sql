-- Deploy samovar:messenger_role to pg
-- requires: messenger_wire
-- What tokens say of an account stands in the statement that makes them

begin;

-- The planner does not put it in place, so each call of it would be planned anew.
drop function messenger.role_of(bigint);

commit;
