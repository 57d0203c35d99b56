-- Verify samovar:broadcast on pg

begin;

select id, nonce, text, shift_id, member_status, city, is_unreported, total, past_sent, past_failed, send_at, stopped_at,
       created_by, created from programme.broadcast where false;
select broadcast_id from programme.outbox where false;
select held_at from programme.bot_state where false;

rollback;
