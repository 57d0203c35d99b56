-- Revert samovar:storage from pg

begin;

drop table storage.quota;
drop table storage.history;
drop table storage.link;
drop table storage.copy;
alter table storage.file drop constraint file_current_version;
drop table storage.file_version;
drop type storage.version_state;
drop table storage.file;
drop table storage.server;

commit;
