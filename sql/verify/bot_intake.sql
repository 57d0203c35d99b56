-- Verify samovar:bot_intake on pg
-- Selects what the change made, or divides by zero.

begin;

select chat_id, media_group from programme.bot_update where false;
select 'programme.bot_update_album'::regclass;
select 1 / count(*) from pg_constraint where conname = 'photo_intake_one';

rollback;
