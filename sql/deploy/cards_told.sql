-- Deploy samovar:cards_told to pg
-- requires: cards_certificates
-- When whoever has a card was told of it: once, also when the message has been swept

begin;

alter table cards.card add column told_at timestamptz;
comment on column cards.card.told_at is 'When the bot was given the message of this card and its code; null: not yet.';
update cards.card set told_at = drawn_at where drawn_at is not null;

commit;
