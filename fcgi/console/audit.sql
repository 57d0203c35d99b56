-- name: console_audit
-- The newest first: of an object (kind $1, id $2), by an account ($3), whose action begins so ($4), older than the row $5; $6 rows.
with page as materialized (
    select x.* from account.audit x
     where ($1::text is null or x.object_kind = $1) and ($2::text is null or x.object_id = $2)
       and ($3::uuid is null or x.actor = (select id from account.account where uuid = $3))
       and ($4::text is null or starts_with(x.action, $4))
       and ($5::bigint = 0 or x.id < $5)
     order by x.id desc limit $6 + 1
), shown as (
    select * from page order by id desc limit $6
)
select json_build_object(
    'data', coalesce((select json_agg(json_build_object('id', s.id, 'at', iso(s.at), 'action', s.action, 'object_kind', s.object_kind,
        'object_id', s.object_id, 'who', case when a.id is not null then json_build_object('uuid', a.uuid,
            'name', coalesce(nullif(trim(a.name || ' ' || a.surname), ''), a.username::text, a.email::text, '')) end,
        'before', s.data -> 'before', 'after', s.data -> 'after', 'more', s.data - 'before' - 'after',
        'address', host(s.address), 'request_id', s.request_id) order by s.id desc)
        from shown s left join account.account a on a.id = s.actor), '[]'),
    'next', case when (select count(*) from page) > $6 then (select min(id) from shown) end)::text;
