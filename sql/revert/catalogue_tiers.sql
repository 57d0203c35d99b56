-- Revert samovar:catalogue_tiers from pg

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
			stems text[] not null, shorter text[] not null);
		comment on table %1$I.spelling is 'Words of titles (f) and names (p), to set misspelt ones right.';
		$ddl$, place);
end $$;

create or replace function catalogue.index_set(place text) returns void
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

create or replace function catalogue.index_spelling(place text) returns void
language plpgsql set maintenance_work_mem = '256MB' as $$
begin
	execute format($ddl$
		alter table %1$I.spelling add primary key (kind, word);
		create index spelling_stems on %1$I.spelling using gin (stems) with (fastupdate = off);
		create index spelling_shorter on %1$I.spelling using gin (shorter) with (fastupdate = off);
		create index spelling_near on %1$I.spelling using gin (word public.gin_trgm_ops) with (fastupdate = off);
		$ddl$, place);
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
			(what <> 'f' or not exists (select from catalogue.film f where f.words @@ catalogue.any_of(own)))
		then
			near := catalogue.near_words(what, w);
			own := own || near;
		end if;
		return next catalogue.any_of(own);
	end loop;
end $$;

create or replace function catalogue.films_with(sought tsquery, in_title boolean, most integer) returns integer[]
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

create or replace function catalogue.people_with(sought tsquery, most integer) returns integer[]
language plpgsql stable set enable_seqscan = off set enable_indexscan = off set enable_indexonlyscan = off set jit = off as $$
declare
	hits integer[] := array(select place from catalogue.person where words @@ sought and place <= 50000 limit most);
begin
	if cardinality(hits) < most then
		hits := array(select place from catalogue.person where words @@ sought limit most);
	end if;
	return hits;
end $$;

create or replace function catalogue.find_films(query text, most integer) returns table (id uuid, score double precision, best integer)
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

create or replace function catalogue.load_spelling() returns void
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

drop index catalogue.film_plain, catalogue.film_plain_1;
do $$
declare
	old text;
begin
	for old in select indexname from pg_indexes where schemaname = 'catalogue' and indexname ~ '^(film_title_words|film_words|person_words)_[1-4]$' loop
		execute format('drop index catalogue.%I', old);
	end loop;
end $$;
drop function catalogue.index_search;
create index film_plain on catalogue.film (plain_title text_pattern_ops);
create index film_title_words on catalogue.film using gin (title_words) with (fastupdate = off);
create index film_words on catalogue.film using gin (words) with (fastupdate = off);
create index film_title_words_top on catalogue.film using gin (title_words) with (fastupdate = off) where best <= 50000;
create index film_words_top on catalogue.film using gin (words) with (fastupdate = off) where best <= 50000;
create index person_words on catalogue.person using gin (words) with (fastupdate = off);
create index person_words_top on catalogue.person using gin (words) with (fastupdate = off) where place <= 50000;

create table catalogue.wide as select kind, word, uses, stems, catalogue.shorter(word) as shorter from catalogue.spelling;
drop table catalogue.spelling;
alter table catalogue.wide rename to spelling;
alter table catalogue.spelling alter kind set not null, alter word set not null, alter uses set not null, alter stems set not null,
	alter shorter set not null;
comment on table catalogue.spelling is 'Words of titles (f) and names (p), to set misspelt ones right.';
select catalogue.index_spelling('catalogue');

commit;
