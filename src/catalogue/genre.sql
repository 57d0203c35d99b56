-- name: genre_list
with page as (select id as uuid, name, description from catalogue.genre order by name, id offset $1 limit $2)
select '[' || coalesce(string_agg(row_to_json(page)::text, ',' order by name, uuid), '') || ']' from page;

-- name: genre_get : E_GENRE_NOT_FOUND
select row_to_json(o)::text from (select id as uuid, name, description from catalogue.genre where id = $1::uuid) o;
