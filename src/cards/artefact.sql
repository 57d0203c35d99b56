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
-- 1: cards are to be drawn again: this host has had others before, or is new and has what no other host has.
with before as (
    select digest from cards.fonts where host = $1
), living as (
    select digest from cards.fonts where seen > utc($3) - interval '2 days'
), put as (
    insert into cards.fonts as f (host, digest, since, seen) values ($1, $2, utc($3), utc($3))
    on conflict (host) do update
       set digest = excluded.digest, seen = excluded.seen,
           since = case when f.digest = excluded.digest then f.since else excluded.since end
     where f.digest <> excluded.digest or f.seen < excluded.seen - interval '1 day'
)
select coalesce((select digest <> $2 from before),
                exists (select from cards.fonts) and not exists (select from living where digest = $2))::int;

-- name: cards_fonts_forget
delete from cards.fonts where seen < utc($1) - interval '30 days';

-- name: cards_role_names
select name from cards.role;
