-- Revert samovar:cards_hidden from pg

begin;

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
