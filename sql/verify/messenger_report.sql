-- Verify samovar:messenger_report on pg

begin;

select id, reporter_id, profile_id, card_id, event_id, reason, note, decision, decided_by, decided_at, created
  from messenger.report where false;

rollback;
