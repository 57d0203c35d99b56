-- name: verify_card
-- A former code is as good as a card that was withdrawn when it got another one.
select c.uuid, $1::text as code, c.status::text as status, m.name, m.surname, m.latin_name, coalesce(c.title, r.title, replace(c.role, '_', ' ')) as role,
       coalesce(c.level, 0) as level, c.issued, c.valid_until, coalesce(by_code.retired, c.withdrawn_at)::date as withdrawn,
       c.drawing, m.hides_preview, v.id::text as version_id, v.key, v.etag
  from (select id, null::timestamptz as retired from cards.card where code = $1
        union all select card_id, retired from cards.former_code where code = $1) by_code
       join cards.card c on c.id = by_code.id join cards.member m on m.id = c.member_id
       left join cards.role r on r.name = c.role
       left join cards.picture p on p.card_id = c.id and p.form = $2
       left join storage.file f on f.id = p.file_id left join storage.file_version v on v.id = f.current_version;
