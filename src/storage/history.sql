-- name: history_add_file
insert into storage.history (account_id, object_id, event, data, created)
values ($1, $2, $3, jsonb_build_object('name', $4::text), utc($5));

-- name: history_add_renamed
insert into storage.history (account_id, object_id, event, data, created)
values ($1, $2, 'FILE.RENAMED', jsonb_build_object('old_name', $3::text, 'new_name', $4::text), utc($5));

-- name: history_add_link
insert into storage.history (account_id, object_id, event, data, created)
values ($1, $2, $3, jsonb_build_object('name', $4::text, 'created', iso(utc($5))), utc($6));

-- name: history_add_server
insert into storage.history (account_id, object_id, event, data, created)
values ($1, $2, $3, jsonb_build_object('name', $4::text, 'location', $5::text, 'zone', $6::text), utc($7));

-- name: history_page_own
with page as (
    select id, event, data, created from storage.history
     where account_id = $1 order by created desc, id desc limit $2 offset $3
)
select '{"count":' || (select count(*) from storage.history where account_id = $1) || ',"data":['
    || coalesce(string_agg(row_to_json(o)::text, ',' order by page.created desc, page.id desc), '') || ']}'
  from page, lateral (select page.id, page.event, page.data, iso(page.created) as created) o;
