-- Deploy samovar:cards_dropbox to pg
-- requires: cards_certificates
-- Where cards are in Dropbox

begin;

alter table cards.card add dropbox_url text, add dropbox_drawing text, add dropbox_refused timestamptz;
comment on column cards.card.dropbox_url is 'The link that Dropbox has given; null: it is not there.';
comment on column cards.card.dropbox_drawing is 'The drawing that is there; empty: one may be on its way; null: none.';
comment on column cards.card.dropbox_refused is 'When Dropbox last refused it; it is asked again an hour later.';

create table cards.dropbox (
	one boolean primary key default true check (one),
	paused_until timestamptz not null
);
comment on table cards.dropbox is 'Until when Dropbox wants no calls; one row, none where it never wanted a pause.';

create or replace view cards.shown as
select c.id, c.uuid, c.role, c.status, c.version, c.member_id, c.code, m.account_id,
       case when c.status = 'drawn' and c.valid_until < current_date then 'expired' else c.status::text end as state,
       json_build_object('uuid', c.uuid, 'code', c.code, 'number', coalesce(c.number, m.number), 'name', m.name, 'surname', m.surname,
           'latin_name', m.latin_name, 'role', c.role, 'level', c.level, 'card_issued_date', c.issued,
           'valid_until', c.valid_until,
           'status', case when c.status = 'drawn' and c.valid_until < current_date then 'expired' else c.status::text end,
           'missing', to_json(c.missing), 'error', c.error, 'layout_version', c.layout_version,
           'images', case when c.drawing is not null and c.status <> 'withdrawn'
               then json_build_object('png', '/c/' || c.code || '.png', 'jpg', '/c/' || c.code || '.jpg',
                                      'preview', '/c/' || c.code || '.jpg?w=600') end,
           'source', c.source, 'record_id', c.record_id, 'account', a.uuid, 'version', c.version,
           'replaces', r.uuid, 'created', c.created, 'updated', c.updated, 'drawn_at', c.drawn_at,
           'dropbox', c.dropbox_url,
           'withdrawn', case when c.withdrawn_at is not null
               then json_build_object('at', c.withdrawn_at, 'why', c.withdrawn_why) end) as json
  from cards.card c join cards.member m on m.id = c.member_id
       left join account.account a on a.id = m.account_id left join cards.card r on r.id = c.replaces;

commit;
