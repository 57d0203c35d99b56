-- name: round_unwritten
-- Who hides their picture has none in Airtable either, which could not fetch it; what had been written before is emptied. What was
-- put off has its time of writing in the future.
select c.id, c.code, c.record_id, m.hides_preview as hidden from cards.card c join cards.member m on m.id = c.member_id
 where c.source = 'airtable' and c.status = 'drawn' and c.record_id is not null
   and (c.record_written_at is null or c.record_written_at <= utc($1))
   and case when m.hides_preview then c.record_written is not null else c.record_written is distinct from c.drawing end
 order by c.id limit 1000;

-- name: round_written
update cards.card c
   set record_written = case when not m.hides_preview then c.drawing end,
       record_written_at = case when not m.hides_preview then utc($2) end
  from cards.member m where m.id = c.member_id and c.id = any (string_to_array($1, ' ')::bigint[]);

-- name: round_put_off
-- It is as if it will be written then: that it has not arrived makes it be written once more.
update cards.card c
   set record_written = case when m.hides_preview then c.record_written else c.drawing end, record_written_at = utc($2)
  from cards.member m where m.id = c.member_id and c.id = $1;

-- name: round_to_check
select c.id, c.record_id, c.code, false as hidden from cards.card c
 where c.record_written_at is not null and c.record_written_at < utc($1) - interval '60 seconds' and c.record_written is not null
 order by c.id limit 500;

-- name: round_checked
-- What has arrived need not be looked at again; what has not is written once more.
update cards.card set record_written = case when $2 then record_written end, record_written_at = null where id = $1;
