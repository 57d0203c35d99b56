-- Deploy samovar:bot_intake to pg
-- Answers once to an album, updates that failed, photos on their way

begin;

alter table programme.bot_update add column chat_id bigint;
comment on column programme.bot_update.chat_id is 'The private chat that it is about; null: none.';
alter table programme.bot_update add column media_group text;
comment on column programme.bot_update.media_group is 'Album that its photo belongs to: only the first one of an album is a report.';
create index bot_update_album on programme.bot_update (media_group, chat_id) where media_group is not null;
comment on column programme.bot_update.body is 'What the bot needs of an update that could not be handled yet; emptied afterwards.';

-- A report has one photo on its way at most; a photo of an earlier day's report may still be under way.
alter table programme.photo_intake add constraint photo_intake_one unique (report_id);

commit;
