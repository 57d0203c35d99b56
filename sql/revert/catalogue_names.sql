-- Revert samovar:catalogue_names from pg
-- A load that was interrupted begins anew.

begin;

drop function catalogue.load_open(text, text), catalogue.load_rename(text[], text[]), catalogue.load_ids(text), catalogue.load_names(text);
truncate catalogue_next.mark, catalogue_next.raw_document, catalogue_next.raw_film, catalogue_next.raw_genre,
	catalogue_next.raw_person, catalogue_next.raw_film_genre, catalogue_next.raw_film_person;
alter table catalogue_next.mark drop named;
alter table catalogue_next.raw_document drop n;
alter table catalogue_next.raw_film drop n, drop genres, drop actors, drop writers, drop directors, alter id type uuid using null;
alter table catalogue_next.raw_genre drop n, alter id type uuid using null;
alter table catalogue_next.raw_person drop n, alter id type uuid using null;
alter table catalogue_next.raw_film_genre drop n, alter id type uuid using null, alter genre_id type uuid using null,
	alter film_work_id type uuid using null;
alter table catalogue_next.raw_film_person drop n, alter id type uuid using null, alter person_id type uuid using null,
	alter film_work_id type uuid using null;

create or replace function catalogue.load_open(from_source text) returns boolean
language plpgsql as $$
begin
	if exists (select from catalogue_next.mark where source = from_source) then
		return true;
	end if;
	truncate catalogue_next.mark, catalogue_next.raw_document, catalogue_next.raw_film, catalogue_next.raw_genre,
		catalogue_next.raw_person, catalogue_next.raw_film_genre, catalogue_next.raw_film_person;
	insert into catalogue_next.mark values (from_source, '', 0);
	return false;
end $$;
comment on function catalogue.load_open is 'Begins a load, or goes on with that of the same source: then true.';


create or replace function catalogue.load_documents() returns void
language plpgsql as $$
begin
	insert into catalogue_next.raw_film (id, title, description, rating, restricted)
		select coalesce(d->>'uuid', d->>'id')::uuid, d->>'title', d->>'description',
			coalesce(d->>'imdb_rating', d->>'rating')::double precision, (d->>'restricted')::boolean
		  from catalogue_next.raw_document, lateral (select document as d) as one;
	insert into catalogue_next.raw_genre (id, name, description)
		select distinct on (1) coalesce(g->>'uuid', g->>'id')::uuid, g->>'name', g->>'description'
		  from catalogue_next.raw_document, jsonb_array_elements(coalesce(nullif(document->'genre', 'null'), '[]')) as g
		 order by 1;
	insert into catalogue_next.raw_film_genre (genre_id, film_work_id)
		select coalesce(g->>'uuid', g->>'id')::uuid, coalesce(document->>'uuid', document->>'id')::uuid
		  from catalogue_next.raw_document, jsonb_array_elements(coalesce(nullif(document->'genre', 'null'), '[]')) as g;
	create temporary table cast_of on commit drop as
		select coalesce(p->>'uuid', p->>'id')::uuid as person_id, coalesce(p->>'full_name', p->>'name') as full_name,
			coalesce(document->>'uuid', document->>'id')::uuid as film_work_id, r.role
		  from catalogue_next.raw_document,
			(values ('actors', 'actor'), ('writers', 'writer'), ('directors', 'director')) as r (list, role),
			jsonb_array_elements(coalesce(nullif(document->r.list, 'null'), '[]')) as p;
	insert into catalogue_next.raw_person (id, full_name) select distinct on (1) person_id, full_name from cast_of order by 1;
	insert into catalogue_next.raw_film_person (person_id, film_work_id, role) select person_id, film_work_id, role from cast_of;
	truncate catalogue_next.raw_document;
end $$;
comment on function catalogue.load_documents is 'Takes apart the films that came as JSON objects in the form of the API.';

create or replace function catalogue.load_schema(from_source text, place text) returns void
language plpgsql as $$
declare
	marked text := case when exists (select from information_schema.columns
		where table_schema = place and table_name = 'film_work' and column_name = 'restricted') then 'restricted' else 'false' end;
begin
	insert into catalogue_next.mark values (from_source, 'taken', 1) on conflict do nothing;
	if not found then
		return;
	end if;
	execute format($sql$
		insert into catalogue_next.raw_film (id, title, description, rating, restricted)
			select id, title, description, rating, %2$s from %1$I.film_work;
		insert into catalogue_next.raw_genre (id, name, description) select id, name, description from %1$I.genre;
		insert into catalogue_next.raw_person (id, full_name) select id, full_name from %1$I.person;
		insert into catalogue_next.raw_film_genre (genre_id, film_work_id) select genre_id, film_work_id from %1$I.genre_film_work;
		insert into catalogue_next.raw_film_person (person_id, film_work_id, role)
			select person_id, film_work_id, role::text from %1$I.person_film_work;
		$sql$, place, marked);
end $$;
comment on function catalogue.load_schema is 'Takes the tables of an existing schema "content" of this database.';

create or replace function catalogue.load_films() returns void
language plpgsql set work_mem = '128MB' as $$
begin
	drop table if exists catalogue_next.film, catalogue_next.genre, catalogue_next.person, catalogue_next.film_genre,
		catalogue_next.film_person, catalogue_next.spelling;
	perform catalogue.make_set('catalogue_next');
	insert into catalogue_next.film
		select id, title, description, rating, coalesce(restricted, false),
			row_number() over (order by rating desc nulls last, title, id) as best,
			row_number() over (order by rating nulls last, title, id),
			catalogue.plain_start(title), catalogue.title_words(title), catalogue.film_words(concat_ws(' ', title, description))
		  from (select distinct on (id) id, btrim(title) as title, description, restricted,
				case when rating between 0 and 10 then rating end as rating
			  from catalogue_next.raw_film where id is not null and btrim(title) <> '' order by id) as films
		 order by best;
end $$;

create or replace function catalogue.load_people() returns void
language plpgsql set work_mem = '128MB' as $$
begin
	insert into catalogue_next.genre
		select distinct on (lower(name)) id, name, description
		  from (select distinct on (id) id, btrim(name) as name, description from catalogue_next.raw_genre
			 where id is not null and btrim(name) <> '' order by id) as genres
		 order by lower(name), id;
	insert into catalogue_next.film_genre
		select f.id, g.id, f.best, f.worst
		  from (select distinct film_work_id, genre_id from catalogue_next.raw_film_genre) as r
		  join catalogue_next.film f on f.id = r.film_work_id
		  join catalogue_next.genre g on g.id = r.genre_id
		 order by g.id, f.best;
	insert into catalogue_next.film_person
		select f.id, r.person_id, r.role::catalogue.role, f.best
		  from (select distinct film_work_id, person_id, role from catalogue_next.raw_film_person
			 where role in ('actor', 'writer', 'director')) as r
		  join catalogue_next.film f on f.id = r.film_work_id
		 where exists (select from catalogue_next.raw_person p where p.id = r.person_id and btrim(p.full_name) <> '')
		 order by f.best;
	insert into catalogue_next.person
		select id, full_name, films, row_number() over (order by films desc, full_name, id) as place,
			catalogue.plain_start(full_name), catalogue.name_words(full_name)
		  from (select p.id, p.full_name, coalesce(n, 0) as films
			  from (select distinct on (id) id, btrim(full_name) as full_name from catalogue_next.raw_person
				 where id is not null and btrim(full_name) <> '' order by id) as p
			  left join (select person_id, count(distinct film_id)::integer as n from catalogue_next.film_person
				 group by person_id) as counted on counted.person_id = p.id) as people
		 order by place;
end $$;

create or replace function catalogue.load_publish(from_source text) returns bigint
language plpgsql set lock_timeout = '300ms' as $$
declare
	number bigint;
	name text;
begin
	analyze catalogue_next.film, catalogue_next.genre, catalogue_next.person, catalogue_next.film_genre,
		catalogue_next.film_person, catalogue_next.spelling;
	insert into catalogue.edition (source, films, genres, people, notes)
		select from_source, (select count(*) from catalogue_next.film), (select count(*) from catalogue_next.genre),
			(select count(*) from catalogue_next.person), jsonb_build_object(
			'films without id or title, or there twice',
				(select count(*) from catalogue_next.raw_film) - (select count(*) from catalogue_next.film),
			'ratings outside 0 to 10', (select count(*) from catalogue_next.raw_film where rating not between 0 and 10),
			'genres without id or name, or there twice',
				(select count(*) from catalogue_next.raw_genre) - (select count(*) from catalogue_next.genre),
			'people without id or name, or there twice',
				(select count(*) from catalogue_next.raw_person) - (select count(*) from catalogue_next.person),
			'genres of films that lead nowhere, or are there twice',
				(select count(*) from catalogue_next.raw_film_genre) - (select count(*) from catalogue_next.film_genre),
			'roles in films that lead nowhere, are unknown or there twice',
				(select count(*) from catalogue_next.raw_film_person) - (select count(*) from catalogue_next.film_person))
		returning id into number;
	foreach name in array array['film', 'genre', 'person', 'film_genre', 'film_person', 'spelling'] loop
		execute format('drop table catalogue.%I', name);
		execute format('alter table catalogue_next.%I set schema catalogue', name);
	end loop;
	truncate catalogue_next.mark, catalogue_next.raw_document, catalogue_next.raw_film, catalogue_next.raw_genre,
		catalogue_next.raw_person, catalogue_next.raw_film_genre, catalogue_next.raw_film_person;
	return number;
end $$;
comment on function catalogue.load_publish is 'Puts the loaded set in the place of the old one; the number of the new edition.';

create or replace function catalogue.document_fault(d jsonb) returns text
language sql immutable parallel safe
return case
	when not catalogue.is_uuid(coalesce(d->>'uuid', d->>'id')) then format('"%s" is no uuid', left(coalesce(d->>'uuid', d->>'id'), 60))
	when coalesce(d->>'imdb_rating', d->>'rating') !~ '^-?[0-9]{1,9}(\.[0-9]{1,30})?$' then
		format('the rating "%s" is no number', left(coalesce(d->>'imdb_rating', d->>'rating'), 60))
	when jsonb_typeof(d->'restricted') not in ('boolean', 'null') then '"restricted" is neither true nor false'
	else (select format('"%s" is no array', list)
		from unnest(array['genre', 'actors', 'writers', 'directors']) as list
		where jsonb_typeof(d->list) not in ('array', 'null') limit 1)
end;
comment on function catalogue.document_fault is 'What in a film that came as JSON cannot be read; null for nothing.';

create or replace function catalogue.member_fault(d jsonb) returns text
language sql immutable parallel safe
return (select format('"%s" in "%s" is no uuid', left(coalesce(m->>'uuid', m->>'id'), 60), list)
	from unnest(array['genre', 'actors', 'writers', 'directors']) as list,
		jsonb_array_elements(case when jsonb_typeof(d->list) = 'array' then d->list else '[]' end) as m
	where not catalogue.is_uuid(coalesce(m->>'uuid', m->>'id')) limit 1);
comment on function catalogue.member_fault is 'The first genre or person of a film whose id cannot be read; null for none.';

drop function catalogue.load_losses(), catalogue.first_few(bigint[]), catalogue.members(jsonb, text), catalogue.names(text),
	catalogue.made_id(text, text, text);
drop extension "uuid-ossp";

commit;
