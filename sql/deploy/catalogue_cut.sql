-- Deploy samovar:catalogue_cut to pg
-- Cut words in one way, in titles, descriptions, names and queries
--
-- PostgreSQL's parser has ideas of its own of what a word is: it takes Face/Off for a path, AC/DC for a file, S.W.A.T.
-- for a host and -22 for a number. So all text goes through catalogue.cut() before it comes to the parser, which then
-- meets words of letters and digits with blanks between them and nothing else; queries go through the same functions.
--
-- What stands together with marks inside is found by its pieces and as one word: Spider-Man by spider, man, spiderman.
-- Chinese, Japanese and Korean characters are found one by one and in twos, since their words have no blanks between.

begin;

-- Loads the library, or whoever is no superuser may not name its settings.
do $$ begin perform public.show_limit(); end $$;

-- Composed first, for unaccent knows letters with their accents only; 8½ becomes 8 1/2. What has several forms (full
-- width, ligatures, blanks of all kinds) has one of them afterwards.
create or replace function catalogue.plain(text) returns text
language plpgsql immutable strict parallel safe as $$
declare
	t text := case when $1 is nfc normalized then $1 else normalize($1, nfc) end; -- asking is cheaper
begin
	t := public.unaccent('public.unaccent'::regdictionary,
		regexp_replace(t, '([0-9])([\u00bc-\u00be\u2150-\u215e])', '\1 \2', 'g'));
	return lower(case when t is nfkc normalized then t else normalize(t, nfkc) end);
end $$;
comment on function catalogue.plain is 'Small letters without accents, in compatibility form.';

create function catalogue.is_ideographic(text) returns boolean
language sql immutable strict parallel safe
return $1 ~ '[\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3041-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3105-\u318e\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97c\uac00-\ud7fb\uf900-\ufaff\U00020000-\U000323af]';
comment on function catalogue.is_ideographic is 'Is there a Chinese, Japanese or Korean character?';

create function catalogue.pairs(t text, singles boolean) returns text
language sql immutable strict parallel safe
return (select string_agg(case
		when not here then c
		when next_too then ' ' || case when singles then c || ' ' else '' end || c || next_c || ' '
		when singles or not coalesce(before_too, false) then ' ' || c || ' '
		else ' ' end, '' order by n)
	from (select c, n, here, lead(c) over w as next_c, lead(here) over w as next_too, lag(here) over w as before_too
		from (select c, n, catalogue.is_ideographic(c) as here
			from regexp_split_to_table(t, '') with ordinality as letters (c, n)) as asked
		window w as (order by n)) as neighbours);
comment on function catalogue.pairs is 'Ideographic characters in twos, and one by one: with singles all, else those that stand alone.';

-- In PL/pgSQL, which keeps its plans: these run for every text of a load, and most texts need little of what they do.
create function catalogue.folded(t text, singles boolean) returns text
language plpgsql immutable strict parallel safe as $$
begin
	if octet_length(t) = char_length(t) then
		return lower(t);
	end if;
	t := catalogue.plain(t);
	return case when catalogue.is_ideographic(t) then catalogue.pairs(t, singles) else t end;
end $$;
comment on function catalogue.folded is 'Plain text in which ideographic characters stand apart.';

create function catalogue.cut(t text) returns text
language plpgsql immutable strict parallel safe as $$
declare
	f text := catalogue.folded(t, true);
	words text := regexp_replace(f, '[^[:alnum:]]+', ' ', 'g');
begin
	if f ~ '[[:alnum:]][^[:alnum:][:space:]]+[[:alnum:]]' then
		words := words || (select string_agg(' ' || regexp_replace(m[1], '[^[:alnum:]]+', '', 'g'), '')
			from regexp_matches(f, '[[:alnum:]]+(?:[^[:alnum:][:space:]]+[[:alnum:]]+)+', 'g') as m);
	end if;
	return words;
end $$;
comment on function catalogue.cut is 'The words of a text with blanks between; those with marks inside also as one.';

create or replace function catalogue.plain_words(text) returns text[]
language sql immutable strict parallel safe
return array_remove(string_to_array(catalogue.cut($1), ' '), '');

create or replace function catalogue.plain_start(text) returns text
language sql immutable strict parallel safe
return (select left(coalesce(nullif(regexp_replace(p, '[^[:alnum:]]+', '', 'g'), ''), btrim(p)), 300)
	from (select catalogue.plain(left($1, 300)) as p offset 0) as plain);
comment on function catalogue.plain_start is 'The letters and digits that a text begins with, to compare whole titles; of one that has none, its marks.';

create or replace function catalogue.film_words(text) returns tsvector
language plpgsql immutable strict parallel safe as $$
declare
	words text := catalogue.cut(left($1, 50000));
begin
	return strip(to_tsvector('catalogue.english', words) || to_tsvector('catalogue.russian', words));
end $$;

create function catalogue.name_words(text) returns tsvector
language sql immutable strict parallel safe
return strip(to_tsvector('catalogue.name', catalogue.cut(left($1, 50000))));
comment on function catalogue.name_words is 'The words as they are, of the first 50,000 characters.';

create function catalogue.title_words(text) returns tsvector
language sql immutable strict parallel safe
return catalogue.film_words($1) || catalogue.name_words($1);
comment on function catalogue.title_words is 'The lexemes of both languages, and all words as they are: some titles are stop words only.';

-- Search. Settings stand at look_for() only, for each call that sets some takes its time.
-- The lexemes that count as a word: of films in both languages, of people the word itself.
create function catalogue.own_stems(what "char", w text) returns text[]
language sql immutable strict parallel safe
return case when what = 'f' then catalogue.stems(w) else array[w] end;

create function catalogue.is_spelt(what "char", own text[]) returns boolean
language plpgsql stable as $$
begin
	return exists (select from catalogue.spelling s where s.kind = what and s.stems && own);
end $$;
comment on function catalogue.is_spelt is 'Does any title or name have one of the lexemes?';

create function catalogue.look_for_word(what "char", w text) returns tsquery
language plpgsql stable as $$
declare
	own text[] := catalogue.own_stems(what, w);
begin
	if cardinality(own) > 0 and not catalogue.is_spelt(what, own)
		and (what <> 'f' or catalogue.films_with(catalogue.any_of(own), false, 1) = '{}')
	then
		own := own || catalogue.near_words(what, w);
	end if;
	return catalogue.any_of(own);
end $$;
comment on function catalogue.look_for_word is 'What counts as the word; null for a stop word. One that nobody has is taken for those one slip away, two above five letters.';

-- A run of letters with marks inside is looked for as one word, where anybody has that, and by its pieces; an abbreviation
-- (S.W.A.T.) as one word only, for its letters are everywhere.
create function catalogue.look_for_run(what "char", run text) returns tsquery
language plpgsql stable as $$
declare
	pieces text[] := regexp_split_to_array(run, '[^[:alnum:]]+');
	own text[] := catalogue.own_stems(what, array_to_string(pieces, ''));
	whole tsquery;
	part tsquery;
	piece text;
	together tsquery;
begin
	if cardinality(pieces) = 1 then
		return catalogue.look_for_word(what, run);
	end if;
	if cardinality(own) > 0 and catalogue.is_spelt(what, own) then
		whole := catalogue.any_of(own);
		if run ~ '[[:alpha:]]' and run !~ '[[:alnum:]]{2}' then
			return whole;
		end if;
	end if;
	foreach piece in array pieces[1:6] loop
		part := catalogue.look_for_word(what, piece);
		together := coalesce(together && part, part, together);
	end loop;
	return coalesce(whole || together, whole, together);
end $$;

create or replace function catalogue.look_for(what "char", query text) returns setof tsquery
language plpgsql stable set enable_seqscan = off set enable_indexscan = off set jit = off as $$
declare
	runs text[] := (array(select m[1] from regexp_matches(catalogue.folded(left(query, 500), false),
		'[[:alnum:]]+(?:[^[:alnum:][:space:]]+[[:alnum:]]+)*', 'g') as m))[1:12];
	parts tsquery[] := array(select catalogue.look_for_run(what, run) from unnest(runs) with ordinality as r (run, n) order by n);
	own text[];
begin
	-- Two words that somebody writes as one: air plane.
	for n in 1 .. cardinality(runs) - 1 loop
		continue when parts[n] is null or parts[n + 1] is null;
		own := catalogue.own_stems(what, regexp_replace(runs[n] || runs[n + 1], '[^[:alnum:]]+', '', 'g'));
		if cardinality(own) > 0 and catalogue.is_spelt(what, own) then
			parts[n] := parts[n] || catalogue.any_of(own);
			parts[n + 1] := parts[n + 1] || catalogue.any_of(own);
		end if;
	end loop;
	return query select part from unnest(parts) with ordinality as p (part, n) where part is not null order by n;
end $$;
comment on function catalogue.look_for is 'One query a word that is no stop word.';

create function catalogue.look_for_stop_words(query text) returns setof tsquery
language sql stable
begin atomic
	select catalogue.any_of(array[w]) from (select w, min(n) as n
		from unnest(catalogue.plain_words(left(query, 500))) with ordinality as words (w, n) group by w) as once
	 order by n limit 12;
end;
comment on function catalogue.look_for_stop_words is 'One query a word, as it is: for titles that have stop words only.';

create or replace function catalogue.find_films(query text, most integer) returns table (id uuid, score double precision, best integer)
language plpgsql stable set enable_seqscan = off set jit = off
	set max_parallel_workers_per_gather = 0 as $$
declare
	plain text := catalogue.plain_start(query);
	parts tsquery[] := array(select catalogue.look_for('f', query));
	n integer := cardinality(parts);
	where_to boolean[] := case n when 0 then '{true}' else '{true,false}' end::boolean[];
	tries tsquery[];
	sought tsquery;
	in_title boolean;
	hits catalogue.hit[] := '{}';
	places integer[] := array(select f.best from catalogue.film f where f.plain_title = plain order by f.best limit most);
begin
	if n = 0 then
		parts := array(select catalogue.look_for_stop_words(query));
		n := cardinality(parts);
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
			foreach in_title in array where_to loop
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
	plain text := catalogue.plain_start(query);
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

-- Loading.
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

-- What is loaded already becomes what a load would make of it now, in tables that lie in the same order.
create schema catalogue_recut;
select catalogue.make_set('catalogue_recut');
insert into catalogue_recut.film
	select id, title, description, rating, restricted, best, worst, catalogue.plain_start(title), catalogue.title_words(title),
		catalogue.film_words(concat_ws(' ', title, description))
	  from catalogue.film order by best;
insert into catalogue_recut.person
	select id, full_name, films, place, catalogue.plain_start(full_name), catalogue.name_words(full_name)
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
