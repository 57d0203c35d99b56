-- name: edition_newest
select coalesce(max(id), 0) from catalogue.edition;
