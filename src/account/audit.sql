-- name: audit_insert
insert into account.audit (at, actor, action, object_kind, object_id, data, address, request_id)
values (utc($1), nullif($2::bigint, 0), $3, $4, coalesce($5, ''), coalesce($6, '{}')::jsonb,
        nullif($7, '')::inet, $8);
