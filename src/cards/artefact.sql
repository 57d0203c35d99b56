-- name: cards_background_note
insert into cards.background (sha256, bytes, width, height) values ($1, $2, $3, $4) on conflict (sha256) do nothing;

-- name: cards_background_file
-- Null: it is a file of the artefacts, or nobody has it.
select (select file_id from cards.background where sha256 = $1);

-- name: cards_background_lock : E_NO_BACKGROUND
select file_id from cards.background where sha256 = $1 for update;

-- name: cards_background_kept
update cards.background set file_id = $2 where sha256 = $1;

-- name: cards_role_background
insert into cards.role as r (name, background, background_version, own_background, updated) values ($1, $2, 1, $3, utc($4))
on conflict (name) do update
   set background = excluded.background, background_version = r.background_version + 1,
       own_background = excluded.own_background, updated = excluded.updated
 where ($3 or not r.own_background) and r.background is distinct from excluded.background;

-- name: cards_role_canvas : E_CARD_ROLE_GONE
select b.width, b.height from cards.role r join cards.background b on b.sha256 = r.background where r.name = $1;

-- name: cards_layout_put
-- 0: the layout in force is the same.
with changed as (
    update cards.role r
       set layout_version = greatest(layout_version, coalesce((select max(l.version) from cards.layout l where l.role = r.name), 0)) + 1,
           own_layout = $3, updated = utc($4)
     where r.name = $1 and ($3 or not r.own_layout)
       and not exists (select from cards.layout l
                        where l.role = r.name and l.version = r.layout_version and l.body - 'version' = $2::jsonb - 'version')
    returning r.name, r.layout_version
), added as (
    insert into cards.layout (role, version, body, created, created_by)
    select name, layout_version, jsonb_set($2::jsonb, '{version}', to_jsonb(layout_version)), utc($4), nullif($5::bigint, 0)
      from changed
)
select coalesce((select layout_version from changed), 0)::bigint;

-- name: cards_role_title
update cards.role set title = coalesce($2, title) where name = $1;

-- name: cards_fonts_put
-- 1: they are others than before. Those that are seen first are not.
with put as (
    insert into cards.fonts as f (digest, since) values ($1, utc($2))
    on conflict (one) do update set digest = excluded.digest, since = excluded.since where f.digest <> excluded.digest
    returning xmax <> 0 as others
)
select coalesce((select others from put), false)::int;

-- name: cards_role_names
select name from cards.role;
