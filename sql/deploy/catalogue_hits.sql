-- Deploy samovar:catalogue_hits to pg
-- Score what a search finds while it is found, not when it is looked up again

begin;

create type catalogue.hit as (id uuid, score double precision, place integer);
comment on type catalogue.hit is 'What a search has found: a film (its place is best) or a person.';

-- The best rated of those that match, in the title or anywhere, or those of the places; what is not asked for is null.
create function catalogue.film_hits(sought tsquery, in_title boolean, places integer[], most integer, parts tsquery[], plain text)
returns catalogue.hit[]
language plpgsql stable set enable_seqscan = off set enable_indexscan = off set enable_indexonlyscan = off set jit = off
	set max_parallel_workers_per_gather = 0 as $$
begin
	return array(select row(f.id, s.score, f.best)::catalogue.hit from (
		select id, best, plain_title, title_words, words from catalogue.film where best = any (places)
		union all select id, best, plain_title, title_words, words from catalogue.film where in_title and title_words @@ sought and best <= 25000
		union all select id, best, plain_title, title_words, words from catalogue.film where in_title and title_words @@ sought and best > 25000 and best <= 100000
		union all select id, best, plain_title, title_words, words from catalogue.film where in_title and title_words @@ sought and best > 100000 and best <= 400000
		union all select id, best, plain_title, title_words, words from catalogue.film where in_title and title_words @@ sought and best > 400000
		union all select id, best, plain_title, title_words, words from catalogue.film where not in_title and words @@ sought and best <= 25000
		union all select id, best, plain_title, title_words, words from catalogue.film where not in_title and words @@ sought and best > 25000 and best <= 100000
		union all select id, best, plain_title, title_words, words from catalogue.film where not in_title and words @@ sought and best > 100000 and best <= 400000
		union all select id, best, plain_title, title_words, words from catalogue.film where not in_title and words @@ sought and best > 400000
		limit most) f, lateral (
		select coalesce(sum(10 * (f.words @@ p)::integer::double precision
				+ (5 + 3::double precision / greatest(length(f.title_words), 1)) * (f.title_words @@ p)::integer), 0)
			+ 100 * (f.plain_title = plain)::integer as score
		from unnest(parts) as p) s);
end $$;

create function catalogue.person_hits(sought tsquery, places integer[], most integer, parts tsquery[], plain text)
returns catalogue.hit[]
language plpgsql stable set enable_seqscan = off set enable_indexscan = off set enable_indexonlyscan = off set jit = off
	set max_parallel_workers_per_gather = 0 as $$
begin
	return array(select row(p.id, s.score, p.place)::catalogue.hit from (
		select id, place, plain_name, words from catalogue.person where place = any (places)
		union all select id, place, plain_name, words from catalogue.person where words @@ sought and place <= 50000
		union all select id, place, plain_name, words from catalogue.person where words @@ sought and place > 50000 and place <= 200000
		union all select id, place, plain_name, words from catalogue.person where words @@ sought and place > 200000 and place <= 800000
		union all select id, place, plain_name, words from catalogue.person where words @@ sought and place > 800000
		limit most) p, lateral (
		select coalesce(sum((10 + 3::double precision / greatest(length(p.words), 1)) * (p.words @@ q)::integer), 0)
			+ 100 * (p.plain_name = plain)::integer as score
		from unnest(parts) as q) s);
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

drop function catalogue.people_with;

commit;
