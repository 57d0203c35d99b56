-- Verify samovar:messenger_talk on pg
-- Selects what the change made, or divides by zero.

begin;

select messenger.as_room(r, 0, 0, messenger.events_of(r.id, -1, 1)) from messenger.room r where false;
select messenger.as_card(k, '') from messenger.card k where false;
select messenger.as_profile_for(p, 0, 0), messenger.blocks(p.id, 0) from messenger.profile p where false;

rollback;
