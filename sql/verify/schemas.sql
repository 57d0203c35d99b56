-- Verify samovar:schemas on pg

begin;

select 1 / (count(*) = 8)::int
  from pg_namespace
 where nspname in ('account', 'job', 'programme', 'storage', 'store', 'messenger', 'cards', 'catalogue');

select 1 / (count(*) = 3)::int from pg_extension where extname in ('citext', 'pg_trgm', 'unaccent');

-- A time survives the way there and back, to the microsecond.
select 1 / bool_and(us(utc(at)) = at)::int
  from unnest(array[0, 1, 1700000000123457, 1791234567999999, 4102444799999999, -1]::bigint[]) at;
select 1 / (us('2026-11-21 03:12:36.08548+03') = 1795219956085480)::int;
select 1 / (iso('2026-11-21 03:12:36.08548+03') = '2026-11-21T00:12:36.085480Z')::int;
select 1 / bool_and(provolatile <> 'v' and proparallel = 's')::int
  from pg_proc where oid in ('us(timestamptz)'::regprocedure, 'utc(bigint)'::regprocedure);

rollback;
