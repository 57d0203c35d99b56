-- Revert samovar:schemas from pg
-- Every schema must be empty by now: no cascade, so a forgotten table stops the revert.

begin;

drop function public.iso(timestamptz);
drop function public.utc(bigint);
drop function public.us(timestamptz);

drop schema catalogue;
drop schema cards;
drop schema messenger;
drop schema store;
drop schema storage;
drop schema programme;
drop schema job;
drop schema account;

drop extension unaccent;
drop extension pg_trgm;
drop extension citext;

commit;
