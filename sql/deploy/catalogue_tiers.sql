-- Deploy samovar:catalogue_tiers to pg
-- Search the best films first in steps, and a narrower table of words
--
-- A search that finds 300 of its 500 films among the best need not go through the million: there are steps between.
-- Words that misspelt ones may mean are told apart without what can be made from them.

begin;

-- Loads the library, or whoever is no superuser may not name its settings.
do $$ begin perform public.show_limit(); end $$;

create or replace function catalogue.make_set(place text) returns void
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
			stems text[] not null);
		comment on table %1$I.spelling is 'Words of titles (f) and names (p), to set misspelt ones right. Rows lie in the order of length.';
		$ddl$, place);
end $$;

-- A word that many have is found often enough among the best. So there is an index for the first of all, one for the next,
-- and so on, and a search goes from one to the next until it has enough.
create function catalogue.index_search(place text) returns void
language plpgsql set maintenance_work_mem = '256MB' as $$
begin
	execute format($ddl$
		create index film_title_words_1 on %1$I.film using gin (title_words) with (fastupdate = off) where best <= 25000;
		create index film_title_words_2 on %1$I.film using gin (title_words) with (fastupdate = off) where best > 25000 and best <= 100000;
		create index film_title_words_3 on %1$I.film using gin (title_words) with (fastupdate = off) where best > 100000 and best <= 400000;
		create index film_title_words_4 on %1$I.film using gin (title_words) with (fastupdate = off) where best > 400000;
		create index film_words_1 on %1$I.film using gin (words) with (fastupdate = off) where best <= 25000;
		create index film_words_2 on %1$I.film using gin (words) with (fastupdate = off) where best > 25000 and best <= 100000;
		create index film_words_3 on %1$I.film using gin (words) with (fastupdate = off) where best > 100000 and best <= 400000;
		create index film_words_4 on %1$I.film using gin (words) with (fastupdate = off) where best > 400000;
		create index person_words_1 on %1$I.person using gin (words) with (fastupdate = off) where place <= 50000;
		create index person_words_2 on %1$I.person using gin (words) with (fastupdate = off) where place > 50000 and place <= 200000;
		create index person_words_3 on %1$I.person using gin (words) with (fastupdate = off) where place > 200000 and place <= 800000;
		create index person_words_4 on %1$I.person using gin (words) with (fastupdate = off) where place > 800000;
		create index film_plain on %1$I.film (plain_title text_pattern_ops, best);
		create index film_plain_1 on %1$I.film (plain_title text_pattern_ops, best) where best <= 25000;
		$ddl$, place);
end $$;

create or replace function catalogue.index_set(place text) returns void
language plpgsql set maintenance_work_mem = '256MB' as $$
begin
	execute format($ddl$
		alter table %1$I.film add primary key (id);
		create unique index film_best on %1$I.film (best);
		create unique index film_worst on %1$I.film (worst);
		alter table %1$I.genre add primary key (id);
		create unique index genre_name on %1$I.genre (name);
		alter table %1$I.person add primary key (id);
		create unique index person_place on %1$I.person (place);
		create index person_plain on %1$I.person (plain_name text_pattern_ops);
		create unique index film_genre_best on %1$I.film_genre (genre_id, best) include (film_id);
		create unique index film_genre_worst on %1$I.film_genre (genre_id, worst) include (film_id);
		alter table %1$I.film_genre add primary key (film_id, genre_id);
		alter table %1$I.film_person add primary key (film_id, role, person_id);
		create index film_person_of on %1$I.film_person (person_id, best) include (film_id, role);
		$ddl$, place);
	perform catalogue.index_search(place);
end $$;

create or replace function catalogue.index_spelling(place text) returns void
language plpgsql set maintenance_work_mem = '256MB' as $$
begin
	execute format($ddl$
		alter table %1$I.spelling add primary key (kind, word);
		create index spelling_stems on %1$I.spelling using gin (stems) with (fastupdate = off);
		create index spelling_shorter on %1$I.spelling using gin (catalogue.shorter(word)) with (fastupdate = off);
		create index spelling_near on %1$I.spelling using gin (word public.gin_trgm_ops) with (fastupdate = off);
		$ddl$, place);
end $$;

create or replace function catalogue.films_with(sought tsquery, in_title boolean, most integer) returns integer[]
language plpgsql stable set enable_seqscan = off set enable_indexscan = off set enable_indexonlyscan = off set jit = off
	set max_parallel_workers_per_gather = 0 as $$
begin
	if in_title then
		return array(select best from catalogue.film where title_words @@ sought and best <= 25000
			union all select best from catalogue.film where title_words @@ sought and best > 25000 and best <= 100000
			union all select best from catalogue.film where title_words @@ sought and best > 100000 and best <= 400000
			union all select best from catalogue.film where title_words @@ sought and best > 400000
			limit most);
	end if;
	return array(select best from catalogue.film where words @@ sought and best <= 25000
		union all select best from catalogue.film where words @@ sought and best > 25000 and best <= 100000
		union all select best from catalogue.film where words @@ sought and best > 100000 and best <= 400000
		union all select best from catalogue.film where words @@ sought and best > 400000
		limit most);
end $$;

create or replace function catalogue.people_with(sought tsquery, most integer) returns integer[]
language plpgsql stable set enable_seqscan = off set enable_indexscan = off set enable_indexonlyscan = off set jit = off
	set max_parallel_workers_per_gather = 0 as $$
begin
	return array(select place from catalogue.person where words @@ sought and place <= 50000
		union all select place from catalogue.person where words @@ sought and place > 50000 and place <= 200000
		union all select place from catalogue.person where words @@ sought and place > 200000 and place <= 800000
		union all select place from catalogue.person where words @@ sought and place > 800000
		limit most);
end $$;

create or replace function catalogue.near_words(what "char", w text) returns text[]
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
		 where s.kind = what and catalogue.shorter(s.word) && slipped and catalogue.slips(s.word, w) <= 1
		 order by s.uses desc limit 10) as one_slip, unnest(stems) as stem;
	if found_stems is null and char_length(w) > 5 then
		-- So much of its n + 1 trigrams is left of a word of n letters after two slips; short words may lose all.
		perform set_config('pg_trgm.similarity_threshold',
			greatest(0.3, (char_length(w) - 5) / (char_length(w) + 9.0))::text, true);
		select array_agg(distinct stem) into found_stems from (
			select s.stems from catalogue.spelling s
			 where s.kind = what and s.word % w and char_length(s.word) between char_length(w) - 2 and char_length(w) + 2
				and public.levenshtein_less_equal(s.word, left(w, 60), 2) <= 2 and catalogue.slips(s.word, w) <= 2
			 order by s.uses desc limit 10) as two_slips, unnest(stems) as stem;
	end if;
	return found_stems;
end $$;

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
	hits integer[] := array(select f.best from catalogue.film f where f.plain_title = plain order by f.best limit most);
begin
	if n = 0 then
		hits := hits || array((select f.best from catalogue.film f
			 where f.plain_title ~>=~ plain and f.plain_title ~<~ (plain || chr(1114111)) and f.best <= 25000
			 order by f.best + 0 limit most)
			union all (select f.best from catalogue.film f
			 where f.plain_title ~>=~ plain and f.plain_title ~<~ (plain || chr(1114111)) and f.best > 25000
			 order by f.best + 0 limit most)
			limit most);
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

create or replace function catalogue.load_spelling() returns void
language plpgsql set work_mem = '128MB' as $$
begin
	insert into catalogue_next.spelling
		select 'f', word, uses, catalogue.stems(word)
		  from (select word, count(*)::integer as uses from catalogue_next.film, unnest(catalogue.plain_words(title)) as word
			 where char_length(word) <= 60 group by word) as words
		 where cardinality(catalogue.stems(word)) > 0
		 order by char_length(word), word;
	insert into catalogue_next.spelling
		select 'p', word, uses, array[word]
		  from (select word, count(*)::integer as uses from catalogue_next.person, unnest(catalogue.plain_words(full_name)) as word
			 where char_length(word) <= 60 group by word) as words
		 order by char_length(word), word;
	perform catalogue.index_spelling('catalogue_next');
end $$;

-- What is loaded already becomes what a load would make of it now.
drop index catalogue.film_plain, catalogue.film_title_words, catalogue.film_words, catalogue.film_title_words_top,
	catalogue.film_words_top, catalogue.person_words, catalogue.person_words_top;
select catalogue.index_search('catalogue');
create table catalogue.narrow as select kind, word, uses, stems from catalogue.spelling order by char_length(word), word;
drop table catalogue.spelling;
alter table catalogue.narrow rename to spelling;
alter table catalogue.spelling alter kind set not null, alter word set not null, alter uses set not null, alter stems set not null;
comment on table catalogue.spelling is 'Words of titles (f) and names (p), to set misspelt ones right. Rows lie in the order of length.';
select catalogue.index_spelling('catalogue');
analyze catalogue.film, catalogue.person, catalogue.spelling;

commit;
