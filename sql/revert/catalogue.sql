-- Revert samovar:catalogue from pg

begin;

delete from account.permission_name where name = 'can_view_film';
drop schema catalogue_next cascade;
drop schema catalogue cascade;
create schema catalogue;
comment on schema catalogue is 'Films, genres and people.';
drop extension fuzzystrmatch;

commit;
