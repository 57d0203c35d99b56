-- name: load_lock
select pg_try_advisory_lock(7250100)::integer;

-- name: load_open
select catalogue.load_open($1, $2)::integer;

-- The first film that came as JSON and cannot be read: its number, its title, what is wrong.

-- name: load_document_fault
select (select format('film %s%s: %s', n, ' ("' || left(document->>'title', 60) || '")', fault)
          from (select row_number() over (order by n) as n, document,
                       coalesce(catalogue.document_fault(document), catalogue.member_fault(document)) as fault
                  from catalogue_next.raw_document) as documents
         where fault is not null order by n limit 1);

-- Two arrays: members of films, and what the source calls them.

-- name: load_rename
select catalogue.load_rename($1::text[], $2::text[]);

-- name: load_documents
select catalogue.load_documents();

-- name: load_names
select catalogue.load_names(named) from catalogue_next.mark where part = '';

-- name: load_made
select coalesce(max(bytes), 0) from catalogue_next.mark where part = 'made';

-- What would be lost of a kind that loses more than three of a hundred; of a few, more than half.

-- name: load_too_much
select (select string_agg(format(E'\n  %s of %s: %s%s', lost, of_all, what, coalesce(' (rows ' || rows_lost || ')', '')), '')
          from catalogue.load_losses() where lost * 100 > of_all * 3 and (lost > 3 or lost * 2 >= of_all));

-- name: load_films
select catalogue.load_films();

-- name: load_people
select catalogue.load_people();

-- name: load_spelling
select catalogue.load_spelling();

-- name: load_indexes
select catalogue.load_indexes();

-- Not in a transaction: the new pages are marked as seen by all, so that the first readers need not write them.

-- name: load_settle
vacuum (freeze) catalogue_next.film, catalogue_next.genre, catalogue_next.person, catalogue_next.film_genre,
    catalogue_next.film_person, catalogue_next.spelling;

-- What the vacuum has just counted: the schema is there during a load only.

-- name: load_films_there
select coalesce((select reltuples > 0 from pg_class where oid = to_regclass('catalogue_next.film')), false)::integer;
