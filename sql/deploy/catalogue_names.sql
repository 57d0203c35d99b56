-- Deploy samovar:catalogue_names to pg
-- Load sets without uuids, with names for genres and people, and say what is lost
--
-- Ids come as the source has them. One that is no uuid, or is not there, becomes a uuid of version 5 of the source's
-- name, what it is an id of, and the id or name: the same again at the next load of that source.

begin;

create extension if not exists "uuid-ossp" with schema public;

alter table catalogue_next.mark add named text not null default '';
comment on column catalogue_next.mark.named is 'What the ids that are made belong to.';
alter table catalogue_next.raw_document add n bigint generated always as identity;
alter table catalogue_next.raw_film alter id type text, add n bigint generated always as identity,
	add genres text, add actors text, add writers text, add directors text;
alter table catalogue_next.raw_genre alter id type text, add n bigint generated always as identity;
alter table catalogue_next.raw_person alter id type text, add n bigint generated always as identity;
alter table catalogue_next.raw_film_genre alter id type text, alter genre_id type text, alter film_work_id type text,
	add n bigint generated always as identity;
alter table catalogue_next.raw_film_person alter id type text, alter person_id type text, alter film_work_id type text,
	add n bigint generated always as identity;

create function catalogue.load_open(from_source text, its_name text) returns boolean
language plpgsql as $$
begin
	if exists (select from catalogue_next.mark where source = from_source and named = its_name) then
		return true;
	end if;
	truncate catalogue_next.mark, catalogue_next.raw_document, catalogue_next.raw_film, catalogue_next.raw_genre,
		catalogue_next.raw_person, catalogue_next.raw_film_genre, catalogue_next.raw_film_person restart identity;
	insert into catalogue_next.mark (source, part, bytes, named) values (from_source, '', 0, its_name);
	return false;
end $$;
comment on function catalogue.load_open(text, text) is 'Begins a load, or goes on with that of the same source: then true.';
drop function catalogue.load_open(text);

-- The uuid of an id that is one (small letters, whatever form), else one made of what it is an id of.
create function catalogue.made_id(named text, kind text, key text) returns text
language sql immutable parallel safe
return case when catalogue.is_uuid(key) then key::uuid::text
	else public.uuid_generate_v5(public.uuid_generate_v5(public.uuid_ns_url(), 'samovar:catalogue:' || named), kind || ':' || key)::text end;

-- Of "Tom Hanks, Robin Wright": commas, unless there are semicolons or bars; "Jr." belongs to the name before it.
create function catalogue.names(list text) returns setof text
language sql immutable strict parallel safe
begin atomic
	select distinct btrim(name) from regexp_split_to_table(list, case
		when strpos(list, '|') > 0 then '\|' when strpos(list, ';') > 0 then ';' else ',(?!\s*(?:[JS]r\.?|I{2,3})\s*(?:,|$))' end) as name
	 where btrim(name) <> '';
end;

create function catalogue.members(d jsonb, list text) returns table (id text, name text)
language sql immutable parallel safe
begin atomic
	select coalesce(m->>'uuid', m->>'id'), coalesce(m->>'full_name', m->>'name')
	  from jsonb_array_elements(case when jsonb_typeof(d->list) = 'array' then d->list else '[]' end) as m
	 where jsonb_typeof(m) = 'object'
	union all
	select null, btrim(m #>> '{}')
	  from jsonb_array_elements(case when jsonb_typeof(d->list) = 'array' then d->list else '[]' end) as m
	 where jsonb_typeof(m) = 'string'
	union all
	select null, name from catalogue.names(case when jsonb_typeof(d->list) = 'string' then d->>list end) as name;
end;
comment on function catalogue.members is 'Genres or people of a film that came as JSON: objects, names, or names in one text.';

create or replace function catalogue.document_fault(d jsonb) returns text
language sql immutable parallel safe
return case
	when jsonb_typeof(d) <> 'object' then 'it is no object'
	when coalesce(d->>'imdb_rating', d->>'rating') !~ '^-?[0-9]{1,9}(\.[0-9]{1,30})?$' then
		format('the rating "%s" is no number', left(coalesce(d->>'imdb_rating', d->>'rating'), 60))
	when jsonb_typeof(d->'restricted') not in ('boolean', 'null') then '"restricted" is neither true nor false'
	else (select format('"%s" is neither an array nor names', list)
		from unnest(array['genre', 'actors', 'writers', 'directors']) as list
		where jsonb_typeof(d->list) not in ('array', 'string', 'null') limit 1)
end;

create or replace function catalogue.member_fault(d jsonb) returns text
language sql immutable parallel safe
return (select format('"%s" in "%s" is neither an object nor a name', left(m::text, 60), list)
	from unnest(array['genre', 'actors', 'writers', 'directors']) as list,
		jsonb_array_elements(case when jsonb_typeof(d->list) = 'array' then d->list else '[]' end) as m
	where jsonb_typeof(m) not in ('object', 'string') limit 1);
comment on function catalogue.member_fault is 'The first genre or person of a film that cannot be read; null for none.';

-- Members of films under other names; "genres" is understood.
create function catalogue.load_rename(ours text[], theirs text[]) returns void
language plpgsql as $$
begin
	update catalogue_next.raw_document d set document = document || given.renamed
	  from (select n, (select jsonb_object_agg(o, document->t) from unnest(ours || 'genre'::text, theirs || 'genres'::text) as names (o, t)
			where document ? t and (t <> 'genres' or not document ? 'genre')) as renamed
		  from catalogue_next.raw_document where jsonb_typeof(document) = 'object' and document ?| (theirs || 'genres'::text)) as given
	 where given.n = d.n and given.renamed is not null;
end $$;

-- A film without an id is known by its title and date; of several with the same the second is another one, unless
-- nothing tells them apart.
create function catalogue.load_ids(named text) returns bigint
language plpgsql as $$
declare
	made bigint := 0;
	changed bigint;
begin
	update catalogue_next.raw_film f set id = catalogue.made_id(named, 'film', key || case when nth > 1 then ' #' || nth else '' end)
	  from (select n, key, dense_rank() over (partition by key order by first) as nth
		  from (select n, key, min(n) over (partition by key, rating, description, coalesce(genres, '')) as first
			  from (select n, rating, description, genres, lower(btrim(title)) || coalesce(' / ' || nullif(creation_date, ''), '') as key
				  from catalogue_next.raw_film where nullif(btrim(id), '') is null and btrim(title) <> '') as keyed) as numbered) as k
	 where k.n = f.n;
	get diagnostics changed = row_count;
	made := made + changed;
	update catalogue_next.raw_film set id = catalogue.made_id(named, 'film', id) where not catalogue.is_uuid(id);
	get diagnostics changed = row_count;
	made := made + changed;
	update catalogue_next.raw_genre set id = catalogue.made_id(named, 'genre', coalesce(nullif(id, ''), lower(btrim(name))))
	 where btrim(name) <> '' and catalogue.is_uuid(id) is not true;
	get diagnostics changed = row_count;
	made := made + changed;
	update catalogue_next.raw_person set id = catalogue.made_id(named, 'person', coalesce(nullif(id, ''), lower(btrim(full_name))))
	 where btrim(full_name) <> '' and catalogue.is_uuid(id) is not true;
	get diagnostics changed = row_count;
	made := made + changed;
	update catalogue_next.raw_film_genre set genre_id = catalogue.made_id(named, 'genre', genre_id),
		film_work_id = catalogue.made_id(named, 'film', film_work_id)
	 where not (catalogue.is_uuid(genre_id) and catalogue.is_uuid(film_work_id));
	update catalogue_next.raw_film_person set person_id = catalogue.made_id(named, 'person', person_id),
		film_work_id = catalogue.made_id(named, 'film', film_work_id)
	 where not (catalogue.is_uuid(person_id) and catalogue.is_uuid(film_work_id));
	return made;
end $$;
comment on function catalogue.load_ids is 'Makes uuids of all other ids; how many films, genres and people have got one.';

-- Names of genres and people in the rows of films become genres and people. Names are known already where a table of them
-- came too.
create function catalogue.load_names(named text) returns void
language plpgsql as $$
begin
	create temporary table named_genre on commit drop as
		select f.id as film_work_id, name, coalesce((select min(g.id) from catalogue_next.raw_genre g
				where lower(btrim(g.name)) = lower(x.name)), catalogue.made_id(named, 'genre', lower(x.name))) as id
		  from catalogue_next.raw_film f, catalogue.names(f.genres) as x (name)
		 where f.genres is not null and f.id is not null;
	insert into catalogue_next.raw_film_genre (genre_id, film_work_id) select distinct id, film_work_id from named_genre;
	insert into catalogue_next.raw_genre (id, name) select distinct on (id) id, name from named_genre x
		where not exists (select from catalogue_next.raw_genre g where g.id = x.id) order by id, name;
	create temporary table named_person on commit drop as
		select f.id as film_work_id, catalogue.made_id(named, 'person', lower(x.name)) as id, x.name, r.role
		  from catalogue_next.raw_film f, (values ('actor'), ('writer'), ('director')) as r (role),
			catalogue.names(case r.role when 'actor' then f.actors when 'writer' then f.writers else f.directors end) as x (name)
		 where coalesce(f.actors, f.writers, f.directors) is not null and f.id is not null;
	insert into catalogue_next.raw_film_person (person_id, film_work_id, role) select distinct id, film_work_id, role from named_person;
	insert into catalogue_next.raw_person (id, full_name) select distinct on (id) id, name from named_person x
		where not exists (select from catalogue_next.raw_person p where p.id = x.id) order by id, name;
	update catalogue_next.raw_film set genres = null, actors = null, writers = null, directors = null
	 where coalesce(genres, actors, writers, directors) is not null;
end $$;

create or replace function catalogue.load_documents() returns void
language plpgsql as $$
declare
	its_name text := (select named from catalogue_next.mark where part = '');
begin
	insert into catalogue_next.raw_film (id, title, description, creation_date, rating, restricted)
		select coalesce(d->>'uuid', d->>'id'), d->>'title', d->>'description', coalesce(d->>'creation_date', d->>'year'),
			coalesce(d->>'imdb_rating', d->>'rating')::double precision, (d->>'restricted')::boolean
		  from catalogue_next.raw_document, lateral (select document as d) as one order by n;
	-- The films are the only rows yet, and lie in the order of the documents.
	insert into catalogue_next.mark as m (source, part, bytes)
		select source, 'made', catalogue.load_ids(its_name) from catalogue_next.mark where part = ''
		on conflict (source, part) do update set bytes = m.bytes + excluded.bytes;
	create temporary table film_of on commit drop as
		select d.document, f.id from (select document, row_number() over (order by n) as place from catalogue_next.raw_document) as d
		  join (select id, row_number() over (order by n) as place from catalogue_next.raw_film) as f using (place)
		 where f.id is not null;
	create temporary table genre_of on commit drop as
		select f.id as film_work_id, g.name, catalogue.made_id(its_name, 'genre', coalesce(g.id, lower(btrim(g.name)))) as genre_id
		  from film_of f, catalogue.members(f.document, 'genre') as g;
	insert into catalogue_next.raw_genre (id, name, description) select distinct on (genre_id) genre_id, name, null from genre_of order by 1;
	update catalogue_next.raw_genre r set description = given.description
	  from (select distinct on (1) catalogue.made_id(its_name, 'genre', coalesce(g->>'uuid', g->>'id', lower(btrim(g->>'name')))) as id, g->>'description' as description
		  from film_of, jsonb_array_elements(case when jsonb_typeof(document->'genre') = 'array' then document->'genre' else '[]' end) as g
		 where jsonb_typeof(g) = 'object' and g->>'description' is not null order by 1) as given where given.id = r.id;
	insert into catalogue_next.raw_film_genre (genre_id, film_work_id) select genre_id, film_work_id from genre_of;
	create temporary table cast_of on commit drop as
		select catalogue.made_id(its_name, 'person', coalesce(p.id, lower(btrim(p.name)))) as person_id, p.name as full_name,
			f.id as film_work_id, r.role
		  from film_of f, (values ('actors', 'actor'), ('writers', 'writer'), ('directors', 'director')) as r (list, role),
			catalogue.members(f.document, r.list) as p;
	insert into catalogue_next.raw_person (id, full_name) select distinct on (1) person_id, full_name from cast_of order by 1;
	insert into catalogue_next.raw_film_person (person_id, film_work_id, role) select person_id, film_work_id, role from cast_of;
	truncate catalogue_next.raw_document;
end $$;

create or replace function catalogue.load_schema(from_source text, place text) returns void
language plpgsql as $$
declare
	marked text := case when exists (select from information_schema.columns
		where table_schema = place and table_name = 'film_work' and column_name = 'restricted') then 'restricted' else 'false' end;
begin
	insert into catalogue_next.mark (source, part, bytes) values (from_source, 'taken', 1) on conflict do nothing;
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
		  from (select distinct on (id::uuid) id::uuid as id, btrim(title) as title, description, restricted,
				case when rating between 0 and 10 then rating end as rating
			  from catalogue_next.raw_film where btrim(title) <> '' order by id::uuid, n) as films
		 order by best;
end $$;

create or replace function catalogue.load_people() returns void
language plpgsql set work_mem = '128MB' as $$
begin
	insert into catalogue_next.genre
		select distinct on (lower(name)) id, name, description
		  from (select distinct on (id::uuid) id::uuid as id, btrim(name) as name, description from catalogue_next.raw_genre
			 where btrim(name) <> '' order by id::uuid, n) as genres
		 order by lower(name), id;
	insert into catalogue_next.film_genre
		select f.id, g.id, f.best, f.worst
		  from (select distinct film_work_id::uuid, genre_id::uuid from catalogue_next.raw_film_genre) as r
		  join catalogue_next.film f on f.id = r.film_work_id
		  join catalogue_next.genre g on g.id = r.genre_id
		 order by g.id, f.best;
	insert into catalogue_next.film_person
		select f.id, r.person_id, r.role::catalogue.role, f.best
		  from (select distinct film_work_id::uuid, person_id::uuid, role from catalogue_next.raw_film_person
			 where role in ('actor', 'writer', 'director')) as r
		  join catalogue_next.film f on f.id = r.film_work_id
		 where exists (select from catalogue_next.raw_person p where p.id::uuid = r.person_id and btrim(p.full_name) <> '')
		 order by f.best;
	insert into catalogue_next.person
		select id, full_name, films, row_number() over (order by films desc, full_name, id) as place,
			catalogue.plain_start(full_name), catalogue.name_words(full_name)
		  from (select p.id, p.full_name, coalesce(n, 0) as films
			  from (select distinct on (id::uuid) id::uuid as id, btrim(full_name) as full_name from catalogue_next.raw_person
				 where btrim(full_name) <> '' order by id::uuid, n) as p
			  left join (select person_id, count(distinct film_id)::integer as n from catalogue_next.film_person
				 group by person_id) as counted on counted.person_id = p.id) as people
		 order by place;
end $$;

create function catalogue.first_few(numbers bigint[]) returns text
language sql immutable strict parallel safe
return array_to_string(numbers[:5], ', ') || case when cardinality(numbers) > 5 then ' ...' else '' end;

-- What the source has and the set has not, why, and where that stands.
create function catalogue.load_losses() returns table (what text, lost bigint, of_all bigint, rows_lost text)
language plpgsql as $$
declare
	films bigint := (select count(*) from catalogue_next.raw_film);
	roles bigint := (select count(*) from catalogue_next.raw_film_person);
	links bigint := (select count(*) from catalogue_next.raw_film_genre);
begin
	return query select l.what, l.lost, l.of_all, l.rows_lost from (
		select 'films without a title', count(*), films, catalogue.first_few(array_agg(n order by n))
		  from catalogue_next.raw_film where btrim(title) <> '' is not true
		union all
		select 'films whose id was there before', count(*), films, catalogue.first_few(array_agg(n order by n))
		  from (select n, row_number() over (partition by id::uuid order by n) as nth from catalogue_next.raw_film where btrim(title) <> '') as x where nth > 1
		union all
		select 'ratings outside 0 to 10', count(*), films, catalogue.first_few(array_agg(n order by n))
		  from catalogue_next.raw_film where rating not between 0 and 10
		union all
		select 'genres without a name', count(*), (select count(*) from catalogue_next.raw_genre), catalogue.first_few(array_agg(n order by n))
		  from catalogue_next.raw_genre where btrim(name) <> '' is not true
		union all
		select 'genres whose id or name was there before', (select count(*) from catalogue_next.raw_genre where btrim(name) <> '')
			- (select count(*) from catalogue_next.genre), (select count(*) from catalogue_next.raw_genre), null
		union all
		select 'people without a name', count(*), (select count(*) from catalogue_next.raw_person), catalogue.first_few(array_agg(n order by n))
		  from catalogue_next.raw_person where btrim(full_name) <> '' is not true
		union all
		select 'people whose id was there before', (select count(*) from catalogue_next.raw_person where btrim(full_name) <> '')
			- (select count(*) from catalogue_next.person), (select count(*) from catalogue_next.raw_person), null
		union all
		select 'genres of films that lead nowhere, or are there twice', links - (select count(*) from catalogue_next.film_genre), links,
			(select catalogue.first_few(array_agg(n order by n)) from catalogue_next.raw_film_genre r
			  where not exists (select from catalogue_next.film f where f.id = r.film_work_id::uuid)
				or not exists (select from catalogue_next.genre g where g.id = r.genre_id::uuid))
		union all
		select 'roles in films that lead nowhere, are unknown or there twice', roles - (select count(*) from catalogue_next.film_person), roles,
			(select catalogue.first_few(array_agg(n order by n)) from catalogue_next.raw_film_person r
			  where role in ('actor', 'writer', 'director') is not true
				or not exists (select from catalogue_next.film f where f.id = r.film_work_id::uuid)
				or not exists (select from catalogue_next.person p where p.id = r.person_id::uuid))
		) as l (what, lost, of_all, rows_lost) where l.lost > 0;
end $$;
comment on function catalogue.load_losses is 'What the source has and the set has not, with the first rows of each kind.';

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
			(select count(*) from catalogue_next.person),
			(select coalesce(jsonb_object_agg(what, lost), '{}') from catalogue.load_losses())
		returning id into number;
	foreach name in array array['film', 'genre', 'person', 'film_genre', 'film_person', 'spelling'] loop
		execute format('drop table catalogue.%I', name);
		execute format('alter table catalogue_next.%I set schema catalogue', name);
	end loop;
	truncate catalogue_next.mark, catalogue_next.raw_document, catalogue_next.raw_film, catalogue_next.raw_genre,
		catalogue_next.raw_person, catalogue_next.raw_film_genre, catalogue_next.raw_film_person restart identity;
	return number;
end $$;
comment on function catalogue.load_publish is 'Puts the loaded set in the place of the old one; the number of the new edition.';

commit;
