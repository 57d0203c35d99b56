-- Deploy samovar:cards_records to pg
-- What a record of Airtable lacks, and when a round has seen all of them

begin;

alter table cards.card add record_lacks text[] not null default '{}';
comment on column cards.card.record_lacks is 'What the record in Airtable must have and has not, beside what is drawn: uuid, user_uuid, user.uuid.';
alter table cards.round add whole boolean not null default false;
comment on column cards.round.whole is 'It has seen all that was changed since the one before it: the next one asks for what is changed since it began.';
create index round_whole on cards.round (id) where whole;

commit;
