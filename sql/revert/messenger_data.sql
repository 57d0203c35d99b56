-- Revert samovar:messenger_data from pg

begin;

drop table messenger.sync_due, messenger.sync_change, messenger.sync_file, messenger.push, messenger.upload;
alter table messenger.room drop constraint room_owner;
drop table messenger.event, messenger.participant, messenger.room;
drop table messenger.subscription, messenger.card, messenger.relation, messenger.profile;
drop type messenger.event_type;
drop function messenger.sees_profile, messenger.sees_card, messenger.invitation_code;
drop function messenger.subscription_journal(), messenger.card_journal(), messenger.relation_journal(),
	messenger.profile_journal(), messenger.sync_wake(), messenger.push_wake(), messenger.stamp();

commit;
