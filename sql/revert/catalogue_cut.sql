-- Revert samovar:catalogue_cut from pg

begin;

do $$ begin perform public.show_limit(); end $$;

create or replace function catalogue.plain(text) returns text
language sql immutable strict parallel safe
return lower(public.unaccent('public.unaccent'::regdictionary, $1));
comment on function catalogue.plain is 'Small letters without accents.';

create or replace function catalogue.plain_words(text) returns text[]
language sql immutable strict parallel safe
return array_remove(regexp_split_to_array(catalogue.plain($1), '[^[:alnum:]]+'), '');

create or replace function catalogue.plain_start(text) returns text
language sql immutable strict parallel safe
return left(catalogue.plain(left($1, 300)), 300);
comment on function catalogue.plain_start is 'The beginning of catalogue.plain(), short enough for an index.';

create or replace function catalogue.film_words(text) returns tsvector
language sql immutable strict parallel safe
return to_tsvector('catalogue.english', left($1, 50000)) || to_tsvector('catalogue.russian', left($1, 50000));
comment on function catalogue.film_words is 'The lexemes of both languages, of the first 50,000 characters.';

create or replace function catalogue.look_for(what "char", query text) returns setof tsquery
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
			(what <> 'f' or catalogue.films_with(catalogue.any_of(own), false, 1) = '{}')
		then
			near := catalogue.near_words(what, w);
			own := own || near;
		end if;
		return next catalogue.any_of(own);
	end loop;
end $$;
comment on function catalogue.look_for is 'One query a word; a word that nobody has is taken for those that are one slip away, two above five letters.';

create or replace function catalogue.find_films(query text, most integer) returns table (id uuid, score double precision, best integer)
language plpgsql stable set enable_seqscan = off set jit = off
	set max_parallel_workers_per_gather = 0 as $$
declare
	plain text := btrim(catalogue.plain(left(query, 500)));
	parts tsquery[] := array(select catalogue.look_for('f', query));
	n integer := cardinality(parts);
	tries tsquery[];
	sought tsquery;
	in_title boolean;
	hits catalogue.hit[] := '{}';
	places integer[] := array(select f.best from catalogue.film f where f.plain_title = plain order by f.best limit most);
begin
	if n = 0 then
		places := places || array((select f.best from catalogue.film f
			 where f.plain_title ~>=~ plain and f.plain_title ~<~ (plain || chr(1114111)) and f.best <= 25000
			 order by f.best + 0 limit most)
			union all (select f.best from catalogue.film f
			 where f.plain_title ~>=~ plain and f.plain_title ~<~ (plain || chr(1114111)) and f.best > 25000
			 order by f.best + 0 limit most)
			limit most);
	end if;
	if places <> '{}' then
		hits := catalogue.film_hits(null, null, places, 2 * most, parts, plain);
	end if;
	if n > 0 then
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
				hits := hits || catalogue.film_hits(sought, in_title, null, most, parts, plain);
			end loop;
			exit when cardinality(hits) >= most;
		end loop;
	end if;
	return query
		select h.id, h.score, h.place from (select distinct on (u.place) u.* from unnest(hits) as u) as h
		 order by h.score desc, h.place limit most;
end $$;

create or replace function catalogue.find_people(query text, most integer) returns table (id uuid, score double precision, place integer)
language plpgsql stable set enable_seqscan = off set jit = off
	set max_parallel_workers_per_gather = 0 as $$
declare
	plain text := btrim(catalogue.plain(left(query, 500)));
	parts tsquery[] := array(select catalogue.look_for('p', query));
	places integer[] := array(select p.place from catalogue.person p where p.plain_name = plain order by p.place limit most);
	tries tsquery[];
	sought tsquery;
	hits catalogue.hit[] := '{}';
begin
	tries := case cardinality(parts) when 0 then '{}'
		when 1 then parts
		else array[catalogue.and_all(parts), catalogue.or_all(parts)] end;
	if places <> '{}' then
		hits := catalogue.person_hits(null, places, 2 * most, parts, plain);
	end if;
	foreach sought in array tries loop
		exit when cardinality(hits) >= most;
		hits := hits || catalogue.person_hits(sought, null, most, parts, plain);
	end loop;
	return query
		select h.id, h.score, h.place from (select distinct on (u.place) u.* from unnest(hits) as u) as h
		 order by h.score desc, h.place limit most;
end $$;

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
			catalogue.plain_start(title), catalogue.film_words(title), catalogue.film_words(concat_ws(' ', title, description))
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
			catalogue.plain_start(full_name), to_tsvector('catalogue.name', left(full_name, 50000))
		  from (select p.id, p.full_name, coalesce(n, 0) as films
			  from (select distinct on (id) id, btrim(full_name) as full_name from catalogue_next.raw_person
				 where id is not null and btrim(full_name) <> '' order by id) as p
			  left join (select person_id, count(distinct film_id)::integer as n from catalogue_next.film_person
				 group by person_id) as counted on counted.person_id = p.id) as people
		 order by place;
end $$;

drop function catalogue.look_for_stop_words(text), catalogue.look_for_run("char", text), catalogue.look_for_word("char", text),
	catalogue.is_spelt("char", text[]), catalogue.own_stems("char", text), catalogue.title_words(text), catalogue.name_words(text),
	catalogue.cut(text), catalogue.folded(text, boolean), catalogue.pairs(text, boolean), catalogue.is_ideographic(text);

create schema catalogue_recut;
select catalogue.make_set('catalogue_recut');
insert into catalogue_recut.film
	select id, title, description, rating, restricted, best, worst, catalogue.plain_start(title), catalogue.film_words(title),
		catalogue.film_words(concat_ws(' ', title, description))
	  from catalogue.film order by best;
insert into catalogue_recut.person
	select id, full_name, films, place, catalogue.plain_start(full_name), to_tsvector('catalogue.name', left(full_name, 50000))
	  from catalogue.person order by place;
insert into catalogue_recut.spelling
	select 'f', word, uses, catalogue.stems(word)
	  from (select word, count(*)::integer as uses from catalogue.film, unnest(catalogue.plain_words(title)) as word
		 where char_length(word) <= 60 group by word) as words
	 where cardinality(catalogue.stems(word)) > 0
	 order by char_length(word), word;
insert into catalogue_recut.spelling
	select 'p', word, uses, array[word]
	  from (select word, count(*)::integer as uses from catalogue.person, unnest(catalogue.plain_words(full_name)) as word
		 where char_length(word) <= 60 group by word) as words
	 order by char_length(word), word;
do $$
declare
	name text;
begin
	foreach name in array array['film', 'person', 'spelling'] loop
		execute format('drop table catalogue.%I', name);
		execute format('alter table catalogue_recut.%I set schema catalogue', name);
	end loop;
end $$;
drop schema catalogue_recut cascade;
alter table catalogue.film add primary key (id);
create unique index film_best on catalogue.film (best);
create unique index film_worst on catalogue.film (worst);
alter table catalogue.person add primary key (id);
create unique index person_place on catalogue.person (place);
create index person_plain on catalogue.person (plain_name text_pattern_ops);
select catalogue.index_search('catalogue'), catalogue.index_spelling('catalogue');
analyze catalogue.film, catalogue.person, catalogue.spelling;

commit;
