-- name: cards_pictures : E_CARD_GONE
select c.status::text as status, p.file_id::text
  from cards.card c join cards.member m on m.id = c.member_id left join cards.picture p on p.card_id = c.id and p.form = $3
 where c.uuid = $1 and ($2::bigint = 0 or m.account_id = $2);

-- name: cards_hide : E_CARD_GONE
update cards.member set hides_preview = $3
 where id = (select member_id from cards.card where uuid = $1) and ($2::bigint = 0 or account_id = $2);
