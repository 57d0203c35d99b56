-- Deploy samovar:cards_airtable to pg
-- requires: cards_batches
-- When the address of a card was written to Airtable

begin;

alter table cards.card add record_written_at timestamptz;
comment on column cards.card.record_written_at is 'When the address was written to Airtable; null: nothing to look at there any more.';
create index card_unchecked on cards.card (record_written_at) where record_written_at is not null;
create unique index round_open on cards.round ((true)) where ended is null;
comment on index cards.round_open is 'One round at a time.';

commit;
