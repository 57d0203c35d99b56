-- Deploy samovar:catalogue_before to pg
-- The set of films that was in force before the last load is kept, and can come back

begin;

create schema catalogue_before;
-- A later change of what a set looks like (make_set() and what fills it) drops the tables here: they could not come back.
comment on schema catalogue_before is 'The set of films, genres and people that was in force before this one; empty: there was none.';
create schema catalogue_aside;
comment on schema catalogue_aside is 'Where tables stand for a moment while two sets change places.';

alter table catalogue.edition add again_of bigint references catalogue.edition on delete set null;
create index edition_again_of on catalogue.edition (again_of);
comment on column catalogue.edition.again_of is 'The edition that was loaded as this set, when it came back later.';

create function catalogue.move_set(here text, there text) returns void
language plpgsql set client_min_messages = 'warning' as $$
declare
	name text;
begin
	foreach name in array array['film', 'genre', 'person', 'film_genre', 'film_person', 'spelling'] loop
		execute format('drop table if exists %I.%I', there, name);
		execute format('alter table if exists %I.%I set schema %I', here, name, there);
	end loop;
end $$;
comment on function catalogue.move_set is 'Puts the tables of a set into another schema, in place of what is there.';

create or replace function catalogue.load_publish(from_source text) returns bigint
language plpgsql set lock_timeout = '300ms' as $$
declare
	number bigint;
begin
	analyze catalogue_next.film, catalogue_next.genre, catalogue_next.person, catalogue_next.film_genre,
		catalogue_next.film_person, catalogue_next.spelling;
	insert into catalogue.edition (source, films, genres, people, notes)
		select from_source, (select count(*) from catalogue_next.film), (select count(*) from catalogue_next.genre),
			(select count(*) from catalogue_next.person),
			(select coalesce(jsonb_object_agg(what, lost), '{}') from catalogue.load_losses())
		returning id into number;
	perform catalogue.move_set('catalogue', 'catalogue_before'), catalogue.move_set('catalogue_next', 'catalogue');
	truncate catalogue_next.mark, catalogue_next.raw_document, catalogue_next.raw_film, catalogue_next.raw_genre,
		catalogue_next.raw_person, catalogue_next.raw_film_genre, catalogue_next.raw_film_person restart identity;
	return number;
end $$;

-- Before the first load the set is empty: no edition has it.
create view catalogue.edition_before as
	select e.* from catalogue.edition e where to_regclass('catalogue_before.film') is not null order by id desc offset 1 limit 1;
comment on view catalogue.edition_before is 'The edition that can come back, if any.';

create function catalogue.go_back() returns bigint
language plpgsql set lock_timeout = '300ms' as $$
declare
	wanted catalogue.edition;
	number bigint;
begin
	select * into wanted from catalogue.edition_before;
	if wanted.id is null then
		return null;
	end if;
	perform catalogue.move_set('catalogue', 'catalogue_aside'), catalogue.move_set('catalogue_before', 'catalogue'),
		catalogue.move_set('catalogue_aside', 'catalogue_before');
	insert into catalogue.edition (source, films, genres, people, notes, again_of)
		values (wanted.source, wanted.films, wanted.genres, wanted.people, wanted.notes, coalesce(wanted.again_of, wanted.id))
		returning id into number;
	return number;
end $$;
comment on function catalogue.go_back is 'The set before and the one in force change places; the number of the new edition, null when there was none before.';

-- What a search looks for, word by word, in films.
create function catalogue.film_parts(query text) returns setof tsquery
language plpgsql stable as $$
begin
	return query select catalogue.look_for('f', query);
	if not found then
		return query select catalogue.look_for_stop_words(query);
	end if;
end $$;
comment on function catalogue.film_parts is 'What find_films() looks for: one query a word.';

commit;
