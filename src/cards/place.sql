-- name: place_forget
-- What is withdrawn is shown no more.
delete from cards.picture p using cards.card c where c.id = p.card_id and c.status = 'withdrawn';

-- name: place_strays
-- Whoever takes an object over refers to it in the same transaction.
select f.id
  from storage.file f
 where f.kind = 'card' and f.deleted_at is null
   and not exists (select from cards.picture p where p.file_id = f.id)
   and not exists (select from cards.background b where b.file_id = f.id)
   and not exists (select from cards.batch b where b.file_id = f.id)
 order by f.id limit 5000;
