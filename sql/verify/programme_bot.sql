-- Verify samovar:programme_bot on pg

begin;

select id, key, participant_id, chat_id, kind, payload, priority, state, not_before, tries, last_error, message_id,
       claimed_by, claimed_at, dispatched_at, sent_at, created
  from programme.outbox where false;
select update_id, body, received, handled_at, last_error from programme.bot_update where false;
select 1 / (count(*) = 1)::int from programme.bot_state where polling_offset >= 0;

rollback;
