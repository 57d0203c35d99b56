-- name: audit_insert
insert into account.audit (at, actor, action, object_kind, object_id, data, address, request_id)
values (utc($1), nullif($2::bigint, 0), $3, $4, coalesce($5, ''), coalesce($6, '{}')::jsonb,
        nullif($7, '')::inet, $8);

-- name: audit_changed
select (jsonb_build_object('before', coalesce(jsonb_object_agg(key, b.value) filter (where b.key is not null), '{}'),
                           'after', coalesce(jsonb_object_agg(key, a.value) filter (where a.key is not null), '{}'))
        || coalesce($3::jsonb, '{}'))::text
  from jsonb_each($1::jsonb) b full join jsonb_each($2::jsonb) a using (key)
 where b.value is distinct from a.value;
