-- Deploy samovar:photo_candidates to pg
-- Several photos of one task may be on their way: the first good one counts

begin;

alter table programme.photo_intake drop constraint photo_intake_one;
alter table programme.photo_intake add column album text;
comment on column programme.photo_intake.album is 'The album that the photo came in; null: none.';
alter table programme.photo_intake add column delayed boolean not null default false;
comment on column programme.photo_intake.delayed is 'Telegram has not given it at the first try: later photos of the same report need not wait for it.';
comment on table programme.photo_intake is 'Photos that have been sent to the bot and are still to be fetched from Telegram. Of several for one report the first that can be had counts.';

commit;
