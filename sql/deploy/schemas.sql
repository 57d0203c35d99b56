-- Deploy samovar:schemas to pg
-- The schemas of all faces, the extensions, and how a time crosses between SQL and C.

begin;

create extension if not exists citext with schema public;
create extension if not exists pg_trgm with schema public;
create extension if not exists unaccent with schema public;

create schema account;
comment on schema account is 'Who signs in: accounts, permissions, sessions, invitations, the audit trail; one set for every face.';
create schema job;
comment on schema job is 'Background work: the queue, the timers and the ledger of what they have fired.';
create schema programme;
comment on schema programme is 'The household-task programme: shifts, tasks, participants, reports, messages to Telegram.';
create schema storage;
comment on schema storage is 'Files of people on S3 servers in several cities: servers, files, versions, copies, links, history.';
create schema store;
comment on schema store is 'What the embedded S3 servers hold; knows nothing of people and files.';
create schema messenger;
comment on schema messenger is 'Business cards, profiles, relations and chats of the phone application.';
create schema cards;
comment on schema cards is 'Personal cards drawn for members.';
create schema catalogue;
comment on schema catalogue is 'Films, genres and people.';

-- Both are a single expression of immutable functions, so the planner puts them in place.
create function public.us(timestamptz) returns bigint
language sql immutable strict parallel safe
return (extract(epoch from $1) * 1000000)::bigint;
comment on function public.us is 'Microseconds since 1970, as C keeps a time.';

create function public.utc(bigint) returns timestamptz
language sql immutable strict parallel safe
return to_timestamp($1::double precision / 1000000);
comment on function public.utc is 'The time that is so many microseconds after 1970; exact until the year 2100.';

-- to_char() is stable, not immutable, so this is too.
create function public.iso(timestamptz) returns text
language sql stable strict parallel safe
return to_char($1 at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"');
comment on function public.iso is 'ISO 8601 in UTC with microseconds, as answers in JSON print a time.';

commit;
