-- Revert samovar:cards_batches from pg

begin;

drop index cards.card_unwritten;
alter table cards.card drop record_written;
drop table cards.round, cards.batch;
delete from job.job where kind in ('card.batch', 'card.round');

commit;
