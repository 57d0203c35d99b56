-- Revert samovar:catalogue_hits from pg

begin;

create function catalogue.people_with(sought tsquery, most integer) returns integer[]
language plpgsql stable set enable_seqscan = off set enable_indexscan = off set enable_indexonlyscan = off set jit = off
	set max_parallel_workers_per_gather = 0 as $$
begin
	return array(select place from catalogue.person where words @@ sought and place <= 50000
		union all select place from catalogue.person where words @@ sought and place > 50000 and place <= 200000
		union all select place from catalogue.person where words @@ sought and place > 200000 and place <= 800000
		union all select place from catalogue.person where words @@ sought and place > 800000
		limit most);
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

create or replace function catalogue.find_people(query text, most integer) returns table (id uuid, score double precision, place integer)
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

drop function catalogue.film_hits, catalogue.person_hits;
drop type catalogue.hit;

commit;
