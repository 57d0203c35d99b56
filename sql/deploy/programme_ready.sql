-- Deploy samovar:programme_ready to pg
-- Since which morning a shift waits for its reviews

begin;

alter table programme.shift add column ready_on date;
comment on column programme.shift.ready_on is 'The day on which it began to wait for its last reviews, not before the day after its last one; null: it never did, or nobody noted it.';

commit;
