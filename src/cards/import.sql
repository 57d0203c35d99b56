-- name: cards_import_find
-- The newest card of that member and role, as it is compared with a line.
select c.uuid::text as uuid, c.version, m.name, m.surname, m.latin_name, m.number, c.level, c.issued, c.valid_until
  from cards.card c join cards.member m on m.id = c.member_id
 where m.number = $1 and c.role = $2 and c.status <> 'withdrawn'
 order by c.id desc limit 1;

-- name: cards_import_line
-- What a line does is taken back if it cannot be used: what PostgreSQL refuses would end the whole transaction.
savepoint line;

-- name: cards_import_line_back
rollback to savepoint line;
