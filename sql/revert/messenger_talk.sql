-- Revert samovar:messenger_talk from pg

begin;

drop function messenger.as_room, messenger.events_of, messenger.window_start, messenger.as_participant, messenger.as_event,
	messenger.as_card, messenger.as_profile_for, messenger.blocks, messenger.as_profile_name;
drop index messenger.event_window;

commit;
