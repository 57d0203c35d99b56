-- name: feed_marked
select coalesce(max(bytes), 0) from catalogue_next.mark where source = $1 and part = $2;

-- name: feed_mark
insert into catalogue_next.mark (source, part, bytes) values ($1, $2, $3) on conflict (source, part) do update set bytes = excluded.bytes;

-- name: feed_array
insert into catalogue_next.raw_document (document) select jsonb_array_elements($1::jsonb);

-- name: feed_schema_there
select count(*) from information_schema.tables where table_schema = $1
   and table_name in ('film_work', 'genre', 'person', 'genre_film_work', 'person_film_work');

-- name: feed_schema
select catalogue.load_schema($1, $2);
