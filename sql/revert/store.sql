-- Revert samovar:store from pg

begin;

drop table store.event;
drop table store.object;
drop table store.bucket;

commit;
