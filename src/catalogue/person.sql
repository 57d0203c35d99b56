-- name: person_list
select '[' || coalesce(string_agg(catalogue.as_person(id, full_name), ',' order by place), '') || ']'
  from catalogue.person where place > $1::bigint and place <= $1::bigint + $2::bigint;

-- name: person_search
with page as (select * from catalogue.find_people($3, $4::integer) order by score desc, place offset $1 limit $2)
select '[' || coalesce(string_agg(catalogue.as_person(person.id, full_name), ',' order by score desc, person.place), '') || ']'
  from page join catalogue.person on person.id = page.id;

-- name: person_get : E_PERSON_NOT_FOUND
select catalogue.as_person(id, full_name) from catalogue.person where id = $1::uuid;
