-- Verify samovar:store on pg

begin;

select server, name, created from store.bucket where false;
select server, bucket, key, size, etag, content_type, path, modified from store.object where false;
select id, server, bucket, key, name, size, etag, at from store.event where false;

-- A listing is in the order of bytes, capitals first.
insert into store.bucket (server, name) values ('verify', 'verify');
insert into store.object (server, bucket, key, size, etag, content_type, path)
select 'verify', 'verify', key, 0, repeat('0', 32), 'text/plain', 'verify/' || key
  from unnest(array['a', 'B', 'b', 'é', '/']) key;
select 1 / (string_agg(key, '' order by key) = '/Babé')::int from store.object where server = 'verify';

rollback;
