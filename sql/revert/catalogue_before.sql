-- Revert samovar:catalogue_before from pg

begin;

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

drop function catalogue.film_parts;
drop function catalogue.go_back;
drop view catalogue.edition_before;
drop function catalogue.move_set;
alter table catalogue.edition drop again_of;
drop schema catalogue_before cascade;
drop schema catalogue_aside;

commit;
