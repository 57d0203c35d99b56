-- Verify samovar:bot_intake on pg
-- Selects what the change made, or divides by zero.

begin;

select chat_id, media_group from programme.bot_update where false;
select 'programme.bot_update_album'::regclass;

rollback;
