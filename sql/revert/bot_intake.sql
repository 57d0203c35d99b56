-- Revert samovar:bot_intake from pg

begin;

alter table programme.photo_intake drop constraint photo_intake_one;
comment on column programme.bot_update.body is null;
alter table programme.bot_update drop column media_group;
alter table programme.bot_update drop column chat_id;

commit;
