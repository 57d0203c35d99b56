-- Revert samovar:catalogue_bounds from pg

begin;

drop function catalogue.member_fault(jsonb), catalogue.document_fault(jsonb), catalogue.is_uuid(text);
create unique index genre_name on catalogue.genre (name);

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
		select id, full_name, films, row_number() over (order by films desc, full_name, id) as place, catalogue.plain(full_name),
			to_tsvector('catalogue.name', full_name)
		  from (select p.id, p.full_name, coalesce(n, 0) as films
			  from (select distinct on (id) id, btrim(full_name) as full_name from catalogue_next.raw_person
				 where id is not null and btrim(full_name) <> '' order by id) as p
			  left join (select person_id, count(distinct film_id)::integer as n from catalogue_next.film_person
				 group by person_id) as counted on counted.person_id = p.id) as people
		 order by place;
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
			catalogue.plain(title),
			to_tsvector('catalogue.english', title) || to_tsvector('catalogue.russian', title),
			to_tsvector('catalogue.english', concat_ws(' ', title, description))
				|| to_tsvector('catalogue.russian', concat_ws(' ', title, description))
		  from (select distinct on (id) id, btrim(title) as title, description, restricted,
				case when rating between 0 and 10 then rating end as rating
			  from catalogue_next.raw_film where id is not null and btrim(title) <> '' order by id) as films
		 order by best;
end $$;

drop function catalogue.film_words(text), catalogue.plain_start(text);

commit;
