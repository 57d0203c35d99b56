-- Deploy samovar:catalogue to pg
-- requires: account
-- Films, genres and people: tables, search, and how a whole new set of them is loaded.
--
-- The catalogue is read only; a load builds a whole new set in the schema catalogue_next and then puts it in
-- the place of the old one, so readers see one or the other. Two things follow from that, and make it quick:
-- films lie on disk in the order of their rating, so a search that reads the first n hits reads the n best;
-- and a film knows its place in the order (best, worst), so a page of a list is a range of an index.

begin;

create extension if not exists fuzzystrmatch with schema public;

create text search configuration catalogue.english (copy = pg_catalog.english);
alter text search configuration catalogue.english
	alter mapping for hword, hword_part, word with public.unaccent, pg_catalog.english_stem;
comment on text search configuration catalogue.english is 'English, without accents.';
create text search configuration catalogue.russian (copy = pg_catalog.russian);
alter text search configuration catalogue.russian
	alter mapping for hword, hword_part, word with public.unaccent, pg_catalog.russian_stem;
comment on text search configuration catalogue.russian is 'Russian, with е for ё.';
create text search configuration catalogue.name (copy = pg_catalog.simple);
alter text search configuration catalogue.name
	alter mapping for hword, hword_part, word with public.unaccent, pg_catalog.simple;
comment on text search configuration catalogue.name is 'Names of people: words as they are, without accents.';

insert into account.permission_name (name, meaning) values ('can_view_film', 'see restricted films whole');

create type catalogue.role as enum ('actor', 'writer', 'director');

create schema catalogue_next;
comment on schema catalogue_next is 'The set of films, genres and people that is being loaded.';

create table catalogue.edition (
	id bigint generated always as identity primary key,
	source text not null,
	films bigint not null,
	genres bigint not null,
	people bigint not null,
	notes jsonb not null default '{}',
	loaded timestamptz not null default now()
);
comment on table catalogue.edition is 'What has been loaded; the newest is in force.';
comment on column catalogue.edition.notes is 'Counts of what the source had and the catalogue has not.';

-- unaccent() is only stable, because its dictionary could be exchanged; ours is not.
create function catalogue.plain(text) returns text
language sql immutable strict parallel safe
return lower(public.unaccent('public.unaccent'::regdictionary, $1));
comment on function catalogue.plain is 'Small letters without accents.';

create function catalogue.plain_words(text) returns text[]
language sql immutable strict parallel safe
return array_remove(regexp_split_to_array(catalogue.plain($1), '[^[:alnum:]]+'), '');

-- The two configurations know each other's stop words: none of them is a word to look for.
create function catalogue.stems(word text) returns text[]
language sql immutable strict parallel safe
return (select case when cardinality(e) = 0 or cardinality(r) = 0 then '{}' when e = r then e else e || r end
	from (select tsvector_to_array(to_tsvector('catalogue.english', word)) as e,
		tsvector_to_array(to_tsvector('catalogue.russian', word)) as r) as both_languages);
comment on function catalogue.stems is 'The lexemes of a word in English and Russian; none for a stop word.';

create function catalogue.shorter(word text) returns text[]
language sql immutable strict parallel safe
return (select array_agg(distinct overlay(word placing '' from n for 1)) || word
	from generate_series(1, char_length(word)) as n);
comment on function catalogue.shorter is 'The word and what is left of it without one letter. Words one slip apart share one of these.';

create function catalogue.slips(a text, b text) returns integer
language sql immutable strict parallel safe
return (select d - (d = 2 and char_length(a) = char_length(b)
		and (select array_agg(x order by x) from regexp_split_to_table(a, '') as x)
			= (select array_agg(x order by x) from regexp_split_to_table(b, '') as x))::integer
	from (select public.levenshtein(left(a, 60), left(b, 60)) as d) as distance);
comment on function catalogue.slips is 'Letters too many, too few or wrong; two exchanged letters are one slip.';

create function catalogue.any_of(lexemes text[]) returns tsquery
language sql immutable strict parallel safe
return (select string_agg('''' || replace(replace(l, '\', '\\'), '''', '''''') || '''', ' | ')::tsquery
	from unnest(lexemes) as l);

-- Tables of a set of films, empty and without indexes: those come when it is filled.
create function catalogue.make_set(place text) returns void
language plpgsql as $$
begin
	execute format($ddl$
		create table %1$I.film (id uuid not null, title text not null, description text,
			rating double precision, restricted boolean not null, best integer not null,
			worst integer not null, plain_title text not null, title_words tsvector not null,
			words tsvector not null);
		comment on table %1$I.film is 'A film. Rows lie in the order of best.';
		comment on column %1$I.film.best is 'Its place from 1, best rating first; ties by title, then id.';
		comment on column %1$I.film.worst is 'Its place from 1, worst rating first.';
		comment on column %1$I.film.restricted is 'Whole only for those who may view films, where the setting says so.';
		create table %1$I.genre (id uuid not null, name text not null, description text);
		comment on table %1$I.genre is 'A genre; names are unique.';
		create table %1$I.person (id uuid not null, full_name text not null, films integer not null,
			place integer not null, plain_name text not null, words tsvector not null);
		comment on table %1$I.person is 'A person. Rows lie in the order of place: most films first.';
		create table %1$I.film_genre (film_id uuid not null, genre_id uuid not null, best integer not null,
			worst integer not null);
		comment on table %1$I.film_genre is 'Which film is of which genre, with the film''s places: a page of a genre is a range of an index.';
		create table %1$I.film_person (film_id uuid not null, person_id uuid not null,
			role catalogue.role not null, best integer not null);
		comment on table %1$I.film_person is 'Who did what in which film.';
		create table %1$I.spelling (kind "char" not null, word text not null, uses integer not null,
			stems text[] not null, shorter text[] not null);
		comment on table %1$I.spelling is 'Words of titles (f) and names (p), to set misspelt ones right.';
		$ddl$, place);
end $$;

create function catalogue.index_set(place text) returns void
language plpgsql set maintenance_work_mem = '256MB' as $$
begin
	execute format($ddl$
		alter table %1$I.film add primary key (id);
		create unique index film_best on %1$I.film (best);
		create unique index film_worst on %1$I.film (worst);
		create index film_plain on %1$I.film (plain_title text_pattern_ops);
		create index film_title_words on %1$I.film using gin (title_words) with (fastupdate = off);
		create index film_words on %1$I.film using gin (words) with (fastupdate = off);
		create index film_title_words_top on %1$I.film using gin (title_words) with (fastupdate = off) where best <= 50000;
		create index film_words_top on %1$I.film using gin (words) with (fastupdate = off) where best <= 50000;
		alter table %1$I.genre add primary key (id);
		create unique index genre_name on %1$I.genre (name);
		alter table %1$I.person add primary key (id);
		create unique index person_place on %1$I.person (place);
		create index person_plain on %1$I.person (plain_name text_pattern_ops);
		create index person_words on %1$I.person using gin (words) with (fastupdate = off);
		create index person_words_top on %1$I.person using gin (words) with (fastupdate = off) where place <= 50000;
		create unique index film_genre_best on %1$I.film_genre (genre_id, best) include (film_id);
		create unique index film_genre_worst on %1$I.film_genre (genre_id, worst) include (film_id);
		alter table %1$I.film_genre add primary key (film_id, genre_id);
		alter table %1$I.film_person add primary key (film_id, role, person_id);
		create index film_person_of on %1$I.film_person (person_id, best) include (film_id, role);
		$ddl$, place);
end $$;

create function catalogue.index_spelling(place text) returns void
language plpgsql set maintenance_work_mem = '256MB' as $$
begin
	execute format($ddl$
		alter table %1$I.spelling add primary key (kind, word);
		create index spelling_stems on %1$I.spelling using gin (stems) with (fastupdate = off);
		create index spelling_shorter on %1$I.spelling using gin (shorter) with (fastupdate = off);
		create index spelling_near on %1$I.spelling using gin (word public.gin_trgm_ops) with (fastupdate = off);
		$ddl$, place);
end $$;

select catalogue.make_set('catalogue'), catalogue.index_set('catalogue'), catalogue.index_spelling('catalogue');

-- How films and people are shown: one place for the members of each object of the contract.
create function catalogue.short_film(id uuid, title text, rating double precision, whole boolean) returns text
language sql immutable parallel safe
return '{"uuid":"' || id || '","title":' || to_json(title)::text || ',"imdb_rating":'
	|| coalesce(case when whole then to_json(rating)::text end, 'null') || '}';

create function catalogue.people_of(film uuid, its_role catalogue.role, whole boolean) returns json
language plpgsql stable as $$
begin
	return (select coalesce(json_agg(row_to_json(x) order by x.full_name, x.uuid), '[]') from (
		select p.id as uuid, p.full_name from catalogue.film_person fp join catalogue.person p on p.id = fp.person_id
		 where fp.film_id = film and fp.role = its_role and whole) x);
end $$;

create function catalogue.as_person(person uuid, full_name text) returns text
language plpgsql stable as $$
begin
	return '{"uuid":"' || person || '","full_name":' || to_json(full_name)::text || ',"films":['
		|| coalesce((select string_agg('{"uuid":"' || film_id || '","roles":' || roles || '}', ',' order by best)
			from (select film_id, best, to_json(array_agg(role order by role))::text as roles
				from catalogue.film_person where person_id = person group by film_id, best) as f), '') || ']}';
end $$;

-- The stems of at most ten words of titles or names that a misspelt one may mean: those one slip away, else those
-- two away.
create function catalogue.near_words(what "char", w text) returns text[]
language plpgsql stable set enable_seqscan = off set enable_indexscan = off set jit = off set pg_trgm.similarity_threshold = 0.3 as $$
declare
	found_stems text[];
	slipped text[] := catalogue.shorter(w); -- a value, so that the index is used
begin
	if char_length(w) < 3 then
		return null;
	end if;
	select array_agg(distinct stem) into found_stems from (
		select s.stems from catalogue.spelling s
		 where s.kind = what and s.shorter && slipped and catalogue.slips(s.word, w) <= 1
		 order by s.uses desc limit 10) as one_slip, unnest(stems) as stem;
	if found_stems is null and char_length(w) > 5 then
		select array_agg(distinct stem) into found_stems from (
			select s.stems from catalogue.spelling s
			 where s.kind = what and s.word % w and char_length(s.word) between char_length(w) - 2 and char_length(w) + 2
				and public.levenshtein_less_equal(s.word, left(w, 60), 3) <= 3 and catalogue.slips(s.word, w) <= 2
			 order by s.uses desc limit 10) as two_slips, unnest(stems) as stem;
	end if;
	return found_stems;
end $$;

-- Search. What a query looks for: of each of its words, the lexemes that count as that word.
create function catalogue.look_for(what "char", query text) returns setof tsquery
language plpgsql stable set enable_seqscan = off set enable_indexscan = off set jit = off as $$
declare
	w text;
	own text[];
	near text[];
begin
	foreach w in array (catalogue.plain_words(left(query, 500)))[1:12] loop
		own := case when what = 'f' then catalogue.stems(w) else array[w] end;
		continue when cardinality(own) = 0;
		if not exists (select from catalogue.spelling s where s.kind = what and s.stems && own) and
			(what <> 'f' or not exists (select from catalogue.film f where f.words @@ catalogue.any_of(own)))
		then
			near := catalogue.near_words(what, w);
			own := own || near;
		end if;
		return next catalogue.any_of(own);
	end loop;
end $$;
comment on function catalogue.look_for is 'One query a word; a word that nobody has is taken for those that are one slip away, two above five letters.';

create function catalogue.and_all(parts tsquery[]) returns tsquery
language plpgsql immutable as $$
declare
	whole tsquery;
	part tsquery;
begin
	foreach part in array parts loop
		whole := coalesce(whole && part, part);
	end loop;
	return whole;
end $$;

create function catalogue.or_all(parts tsquery[]) returns tsquery
language plpgsql immutable as $$
declare
	whole tsquery;
	part tsquery;
begin
	foreach part in array parts loop
		whole := coalesce(whole || part, part);
	end loop;
	return whole;
end $$;

-- All but one of the parts, whichever.
create function catalogue.and_but_one(parts tsquery[]) returns tsquery
language sql immutable
return catalogue.or_all((select array_agg(catalogue.and_all(parts[:n - 1] || parts[n + 1:]))
	from generate_series(1, cardinality(parts)) as n));

-- The best rated of those that match, by their places. A word that many films have is found often enough among the
-- best, whose indexes are small; only what is rarer is looked for in all. Both scans go through the table, and so
-- through the ratings, in order.
create function catalogue.films_with(sought tsquery, in_title boolean, most integer) returns integer[]
language plpgsql stable set enable_seqscan = off set enable_indexscan = off set enable_indexonlyscan = off set jit = off as $$
declare
	hits integer[];
begin
	if in_title then
		hits := array(select best from catalogue.film where title_words @@ sought and best <= 50000 limit most);
		if cardinality(hits) < most then
			hits := array(select best from catalogue.film where title_words @@ sought limit most);
		end if;
	else
		hits := array(select best from catalogue.film where words @@ sought and best <= 50000 limit most);
		if cardinality(hits) < most then
			hits := array(select best from catalogue.film where words @@ sought limit most);
		end if;
	end if;
	return hits;
end $$;

create function catalogue.people_with(sought tsquery, most integer) returns integer[]
language plpgsql stable set enable_seqscan = off set enable_indexscan = off set enable_indexonlyscan = off set jit = off as $$
declare
	hits integer[] := array(select place from catalogue.person where words @@ sought and place <= 50000 limit most);
begin
	if cardinality(hits) < most then
		hits := array(select place from catalogue.person where words @@ sought limit most);
	end if;
	return hits;
end $$;

create function catalogue.find_films(query text, most integer) returns table (id uuid, score double precision, best integer)
language plpgsql stable set enable_seqscan = off set jit = off as $$
declare
	plain text := btrim(catalogue.plain(left(query, 500)));
	parts tsquery[] := array(select catalogue.look_for('f', query));
	n integer := cardinality(parts);
	tries tsquery[];
	sought tsquery;
	in_title boolean;
	hits integer[] := array(select f.best from catalogue.film f where f.plain_title = plain order by f.best limit most);
begin
	if n = 0 then
		hits := hits || array(select f.best from catalogue.film f
			where f.plain_title like replace(replace(replace(plain, '\', '\\'), '%', '\%'), '_', '\_') || '%'
			order by f.best limit most);
	else
		tries := array[catalogue.and_all(parts)];
		if n between 3 and 6 then
			tries := tries || catalogue.and_but_one(parts);
		end if;
		if n > 1 then
			tries := tries || catalogue.or_all(parts);
		end if;
		foreach sought in array tries loop
			foreach in_title in array array[true, false] loop
				exit when cardinality(hits) >= most;
				hits := hits || catalogue.films_with(sought, in_title, most);
			end loop;
			exit when cardinality(hits) >= most;
		end loop;
	end if;
	return query
		select f.id, s.score, f.best from catalogue.film f, lateral (
			select coalesce(sum(10 * (f.words @@ p)::integer::double precision
					+ (5 + 3::double precision / greatest(length(f.title_words), 1)) * (f.title_words @@ p)::integer), 0)
				+ 100 * (f.plain_title = plain)::integer as score
			from unnest(parts) as p) s
		 where f.best = any (array(select distinct unnest(hits)))
		 order by s.score desc, f.best limit most;
end $$;
comment on function catalogue.find_films is 'The most relevant films. A word counts 10, in the title 5 more and up to 3 for a short one, the whole title 100; then the rating.';

create function catalogue.find_people(query text, most integer) returns table (id uuid, score double precision, place integer)
language plpgsql stable set enable_seqscan = off set jit = off as $$
declare
	plain text := btrim(catalogue.plain(left(query, 500)));
	parts tsquery[] := array(select catalogue.look_for('p', query));
	hits integer[] := array(select p.place from catalogue.person p where p.plain_name = plain order by p.place limit most);
	tries tsquery[];
	sought tsquery;
begin
	tries := case cardinality(parts) when 0 then '{}'
		when 1 then parts
		else array[catalogue.and_all(parts), catalogue.or_all(parts)] end;
	foreach sought in array tries loop
		exit when cardinality(hits) >= most;
		hits := hits || catalogue.people_with(sought, most);
	end loop;
	return query
		select p.id, s.score, p.place from catalogue.person p, lateral (
			select coalesce(sum((10 + 3::double precision / greatest(length(p.words), 1)) * (p.words @@ q)::integer), 0)
				+ 100 * (p.plain_name = plain)::integer as score
			from unnest(parts) as q) s
		 where p.place = any (array(select distinct unnest(hits)))
		 order by s.score desc, p.place limit most;
end $$;
comment on function catalogue.find_people is 'The most relevant people; among equals those with more films first.';

-- Loading. Rows come as the source has them, and an interrupted load goes on where it was. Nothing of this is
-- logged: a crash of the server empties all of it together, and the load begins anew.
create unlogged table catalogue_next.mark (
	source text not null,
	part text not null,
	bytes bigint not null,
	primary key (source, part)
);
comment on table catalogue_next.mark is 'How much of each file of the source has been taken.';
create unlogged table catalogue_next.raw_document (document jsonb not null);
create unlogged table catalogue_next.raw_film (id uuid, title text, description text, creation_date text, rating double precision,
	type text, file_path text, certificate text, restricted boolean, created text, modified text, created_at text, updated_at text);
create unlogged table catalogue_next.raw_genre (id uuid, name text, description text, created text, modified text, created_at text, updated_at text);
create unlogged table catalogue_next.raw_person (id uuid, full_name text, gender text, birth_date text, created text, modified text,
	created_at text, updated_at text);
create unlogged table catalogue_next.raw_film_genre (id uuid, genre_id uuid, film_work_id uuid, created text, created_at text);
create unlogged table catalogue_next.raw_film_person (id uuid, person_id uuid, film_work_id uuid, role text, created text, created_at text);

create function catalogue.load_open(from_source text) returns boolean
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

create function catalogue.load_documents() returns void
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

create function catalogue.load_schema(from_source text, place text) returns void
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

create function catalogue.load_films() returns void
language plpgsql set work_mem = '128MB' as $$
begin
	drop table if exists catalogue_next.film, catalogue_next.genre, catalogue_next.person, catalogue_next.film_genre,
		catalogue_next.film_person, catalogue_next.spelling;
	perform catalogue.make_set('catalogue_next');
	insert into catalogue_next.film
		select id, title, description, rating, coalesce(restricted, false),
			row_number() over (order by rating desc nulls last, title, id) as best,
			row_number() over (order by rating nulls last, title, id),
			catalogue.plain(title),
			to_tsvector('catalogue.english', title) || to_tsvector('catalogue.russian', title),
			to_tsvector('catalogue.english', concat_ws(' ', title, description))
				|| to_tsvector('catalogue.russian', concat_ws(' ', title, description))
		  from (select distinct on (id) id, btrim(title) as title, description, restricted,
				case when rating between 0 and 10 then rating end as rating
			  from catalogue_next.raw_film where id is not null and btrim(title) <> '' order by id) as films
		 order by best;
end $$;

create function catalogue.load_people() returns void
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
		select id, full_name, films, row_number() over (order by films desc, full_name, id) as place, catalogue.plain(full_name),
			to_tsvector('catalogue.name', full_name)
		  from (select p.id, p.full_name, coalesce(n, 0) as films
			  from (select distinct on (id) id, btrim(full_name) as full_name from catalogue_next.raw_person
				 where id is not null and btrim(full_name) <> '' order by id) as p
			  left join (select person_id, count(distinct film_id)::integer as n from catalogue_next.film_person
				 group by person_id) as counted on counted.person_id = p.id) as people
		 order by place;
end $$;

create function catalogue.load_spelling() returns void
language plpgsql set work_mem = '128MB' as $$
begin
	insert into catalogue_next.spelling
		select 'f', word, uses, catalogue.stems(word), catalogue.shorter(word)
		  from (select word, count(*)::integer as uses from catalogue_next.film, unnest(catalogue.plain_words(title)) as word
			 where char_length(word) between 2 and 60 group by word) as words
		 where cardinality(catalogue.stems(word)) > 0;
	insert into catalogue_next.spelling
		select 'p', word, uses, array[word], catalogue.shorter(word)
		  from (select word, count(*)::integer as uses from catalogue_next.person, unnest(catalogue.plain_words(full_name)) as word
			 where char_length(word) <= 60 group by word) as words;
	perform catalogue.index_spelling('catalogue_next');
end $$;

create function catalogue.load_indexes() returns void
language sql
begin atomic
	select catalogue.index_set('catalogue_next');
end;

-- Its last step is short: the exclusive locks are held for some milliseconds. It gives up on a lock before
-- anybody would look for a deadlock, so a reader is never the one that is ended; the loader tries again.
create function catalogue.load_publish(from_source text) returns bigint
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

commit;
