-- name: edition_status
select (select format(E'edition  %s of %s\nsource   %s\nfilms    %s\ngenres   %s\npeople   %s', e.id, to_char(e.loaded, 'YYYY-MM-DD HH24:MI'),
           e.source, e.films, e.genres, e.people) || case when e.again_of is null then '' else format(E'\nagain    edition %s, which came back', e.again_of) end
    || coalesce((select string_agg(format(E'\nleft out %s: %s', value, key), '' order by key) from jsonb_each_text(e.notes) where value <> '0'), '')
  from catalogue.edition e order by id desc limit 1);

-- name: edition_list
with shown as (
    select e.id, json_build_object('id', e.id, 'loaded', iso(e.loaded), 'source', e.source, 'films', e.films, 'genres', e.genres,
               'people', e.people, 'again_of', e.again_of,
               'left_out', (select coalesce(json_agg(json_build_object('what', key, 'count', value::bigint) order by key), '[]')
                              from jsonb_each_text(e.notes) where value <> '0')) as it
      from (select * from catalogue.edition order by id desc limit 20) e
)
select json_build_object('now', (select it from shown order by id desc limit 1),
           'before', (select s.it from shown s join catalogue.edition_before b on b.id = s.id),
           'history', (select coalesce(json_agg(it order by id desc), '[]') from shown))::text;

-- name: edition_publish
select catalogue.load_publish($1);

-- A load holds the lock of its connection.
-- name: edition_idle
select pg_try_advisory_xact_lock(7250100)::integer;

-- name: edition_before : E_EDITION_NOT_FOUND
select id from catalogue.edition_before;

-- name: edition_back : E_EDITION_NOT_FOUND
select n from catalogue.go_back() n where n is not null;

-- name: edition_hits
with asked as materialized (select catalogue.plain_start($1) as title),
part as (select sought, n from catalogue.film_parts($1) with ordinality as p (sought, n)),
hit as (select h.id, h.score, h.best from catalogue.find_films($1, $4::integer) h order by h.score desc, h.best offset $2 limit $3::bigint + 1)
select json_build_object(
    'data', (select coalesce(json_agg(json_build_object('id', f.id, 'title', f.title, 'rating', f.rating, 'place', f.best,
                 'is_restricted', f.restricted, 'score', round(h.score::numeric, 1), 'is_title', f.plain_title = (select title from asked),
                 'words', (select coalesce(json_agg(json_build_object('words', (select json_agg(distinct replace(m[1], $q$''$q$, $q$'$q$))
                                 from regexp_matches(p.sought::text, $q$'((?:[^']|'')+)'$q$, 'g') m), 'in',
                               case when f.title_words @@ p.sought then 'title' when f.words @@ p.sought then 'text' end) order by p.n), '[]')
                             from part p)) order by h.score desc, h.best), '[]')
               from (select * from hit limit $3) h join catalogue.film f on f.id = h.id),
    'next', case when (select count(*) from hit) > $3 then $2::bigint + $3::bigint end)::text;

-- name: edition_best
select json_build_object(
    'data', (select coalesce(json_agg(json_build_object('id', id, 'title', title, 'rating', rating, 'place', best, 'is_restricted', restricted,
                 'score', null, 'is_title', false, 'words', json_build_array()) order by best), '[]')
               from catalogue.film where best > $1::bigint and best <= $1::bigint + $2::bigint),
    'next', (select $1::bigint + $2::bigint where exists (select from catalogue.film where best > $1::bigint + $2::bigint)))::text;
