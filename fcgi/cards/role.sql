-- name: cards_roles
select json_build_object('data', coalesce(json_agg(json_build_object('name', r.name, 'title', r.title,
           'background', case when b.sha256 is not null then json_build_object('version', r.background_version, 'width', b.width,
               'height', b.height, 'sha256', b.sha256) end,
           'layout_version', nullif(r.layout_version, 0), 'cards', coalesce(n.cards, 0)) order by r.name), '[]'))
  from cards.role r left join cards.background b on b.sha256 = r.background
       left join (select role, count(*) as cards from cards.card where status <> 'withdrawn' group by role) n on n.role = r.name;

-- name: cards_layout_get : E_CARD_ROLE_GONE
select l.body::text as json, l.version::bigint as version
  from cards.role r join cards.layout l on l.role = r.name and l.version = r.layout_version where r.name = $1;

-- name: cards_role_seen : E_CARD_ROLE_GONE
-- Whoever changes a role does so one after the other.
select b.width::bigint as width, b.height::bigint as height, r.layout_version::bigint as version
  from cards.role r join cards.background b on b.sha256 = r.background where r.name = $1 for update of r;
