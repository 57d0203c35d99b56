-- Lists. $1 rows come before the page, $2 are on it, $3: restricted films are shown whole.

-- name: film_best
select '[' || coalesce(string_agg(catalogue.short_film(id, title, rating, $3::boolean or not restricted), ',' order by best), '') || ']'
  from catalogue.film where best > $1::bigint and best <= $1::bigint + $2::bigint;

-- name: film_worst
select '[' || coalesce(string_agg(catalogue.short_film(id, title, rating, $3::boolean or not restricted), ',' order by worst), '') || ']'
  from catalogue.film where worst > $1::bigint and worst <= $1::bigint + $2::bigint;

-- name: film_genre_best
with page as (select film_id from catalogue.film_genre where genre_id = $4::uuid order by best offset $1 limit $2)
select '[' || coalesce(string_agg(catalogue.short_film(id, title, rating, $3::boolean or not restricted), ',' order by best), '') || ']'
  from page join catalogue.film on film.id = page.film_id;

-- name: film_genre_worst
with page as (select film_id from catalogue.film_genre where genre_id = $4::uuid order by worst offset $1 limit $2)
select '[' || coalesce(string_agg(catalogue.short_film(id, title, rating, $3::boolean or not restricted), ',' order by worst), '') || ']'
  from page join catalogue.film on film.id = page.film_id;

-- Of each genre of the film no more is read than could come on the page; o: the same film in the other genre asked for.
-- name: film_similar_best
with near as (
    select distinct n.film_id, n.best from catalogue.film_genre own, lateral (
        (select fg.film_id, fg.best from catalogue.film_genre fg
          where $5::uuid is null and fg.genre_id = own.genre_id and fg.film_id <> $4::uuid
          order by fg.best limit $1::bigint + $2::bigint)
        union all
        (select fg.film_id, fg.best from catalogue.film_genre fg
           join catalogue.film_genre o on o.genre_id = $5::uuid and o.best = fg.best
          where fg.genre_id = own.genre_id and fg.film_id <> $4::uuid
          order by fg.best limit $1::bigint + $2::bigint)) n
     where own.film_id = $4::uuid
), page as (select film_id from near order by best offset $1 limit $2)
select '[' || coalesce(string_agg(catalogue.short_film(id, title, rating, $3::boolean or not restricted), ',' order by best), '') || ']'
  from page join catalogue.film on film.id = page.film_id;

-- name: film_similar_worst
with near as (
    select distinct n.film_id, n.worst from catalogue.film_genre own, lateral (
        (select fg.film_id, fg.worst from catalogue.film_genre fg
          where $5::uuid is null and fg.genre_id = own.genre_id and fg.film_id <> $4::uuid
          order by fg.worst limit $1::bigint + $2::bigint)
        union all
        (select fg.film_id, fg.worst from catalogue.film_genre fg
           join catalogue.film_genre o on o.genre_id = $5::uuid and o.worst = fg.worst
          where fg.genre_id = own.genre_id and fg.film_id <> $4::uuid
          order by fg.worst limit $1::bigint + $2::bigint)) n
     where own.film_id = $4::uuid
), page as (select film_id from near order by worst offset $1 limit $2)
select '[' || coalesce(string_agg(catalogue.short_film(id, title, rating, $3::boolean or not restricted), ',' order by worst), '') || ']'
  from page join catalogue.film on film.id = page.film_id;

-- name: film_search
with page as (select * from catalogue.find_films($4, $5::integer) order by score desc, best offset $1 limit $2)
select '[' || coalesce(string_agg(catalogue.short_film(film.id, title, rating, $3::boolean or not restricted), ','
        order by score desc, film.best), '') || ']'
  from page join catalogue.film on film.id = page.id;

-- name: film_of_person : E_PERSON_NOT_FOUND
with page as (
    select film_id, best from catalogue.film_person where person_id = $4::uuid group by film_id, best order by best offset $1 limit $2
)
select '[' || coalesce((select string_agg(catalogue.short_film(id, title, rating, $3::boolean or not restricted), ',' order by page.best)
        from page join catalogue.film on film.id = page.film_id), '') || ']'
  from catalogue.person where id = $4::uuid;

-- name: film_get : E_FILM_NOT_FOUND
select row_to_json(o)::text from catalogue.film f, lateral (select $2::boolean or not f.restricted as whole) s, lateral (
    select f.id as uuid, f.title, case when whole then f.rating end as imdb_rating,
        case when whole then f.description else '' end as description,
        (select coalesce(json_agg(row_to_json(x) order by x.name), '[]') from (
            select g.id as uuid, g.name from catalogue.film_genre fg join catalogue.genre g on g.id = fg.genre_id
             where fg.film_id = f.id and whole) x) as genre,
        catalogue.people_of(f.id, 'actor', whole) as actors,
        catalogue.people_of(f.id, 'writer', whole) as writers,
        catalogue.people_of(f.id, 'director', whole) as directors) o
 where f.id = $1::uuid;
