-- name: cards_import_find
-- The newest card of that member and role, as it is compared with a line.
select c.uuid::text as uuid, c.version, m.name, m.surname, m.latin_name, m.number, c.level, c.issued, c.valid_until
  from cards.card c join cards.member m on m.id = c.member_id
 where m.number = $1 and c.role = $2 and c.status <> 'withdrawn'
 order by c.id desc limit 1;
