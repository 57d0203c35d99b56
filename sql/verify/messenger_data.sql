-- Verify samovar:messenger_data on pg
-- Selects what the change made, or divides by zero.

begin;

select id, account_id, data, locked_by, deleted_by, can_annonymous_invite, commit_id from messenger.profile where false;
select from_account_id, to_account_id, status from messenger.relation where false;
select preview_url, private from messenger.card where false;
select card_profile_id, profile_id from messenger.subscription where false;
select next_index, owner_profile_id from messenger.room where false;
select joined_at, left_at from messenger.participant where false;
select event_index, event_type, participant_id from messenger.event where false;
select filename, server_id, etag from messenger.upload where false;
select token, event_id, etag, failed_at from messenger.push where false;
select etag, stale, asked_at from messenger.sync_file where false;
select tx, account_id, profile_id, card_id from messenger.sync_change where false;
select account_id, profile_id, since from messenger.sync_due where false;
select 1 / count(*) from pg_trigger where tgname in ('profile_journal', 'relation_journal', 'card_journal', 'subscription_journal')
 having count(*) = 4;
select messenger.sees_profile(false, false, false, false, false, false, false, false, false),
       messenger.sees_card(false, false, false, false, false, false, false),
       messenger.invitation_code(false, false, false, false, false, false, false, false, false);

rollback;
