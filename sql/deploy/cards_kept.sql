-- Deploy samovar:cards_kept to pg
-- Files of the cards are copied, healed and removed like all others

begin;

alter table storage.file drop constraint file_kind, add constraint file_kind check (kind in ('file', 'picture', 'card'));
comment on column storage.file.kind is 'file: its owner sees it in lists, and it counts; picture: an object of account.picture, card: one of a table of cards, copied, healed and removed like any other, and nobody''s.';
create index file_of_card on storage.file (id) where kind = 'card' and deleted_at is null;
comment on index storage.file_of_card is 'What the sweep of the cards looks through.';

create table cards.picture (
	card_id bigint not null references cards.card on delete cascade,
	form text not null check (form in ('png', 'jpg', 's.jpg', 's.webp')),
	file_id uuid not null references storage.file on delete restrict,
	bytes bigint not null,
	primary key (card_id, form)
);
comment on table cards.picture is 'The files that a card is shown by: objects cards/<card>/<uuid of the drawing>/<form>.';
create index picture_file on cards.picture (file_id);

-- The etag of what an S3 server has is not known here: reconciliation finds it.
create temporary table kept on commit drop as
select b.sha256, 'cards/background/' || b.sha256 || '.png' as key, b.bytes, b.server_ids, gen_random_uuid() as file_id, gen_random_uuid() as version_id
  from cards.background b where exists (select from storage.server s where s.id = any (b.server_ids));
insert into storage.file (id, account_id, kind, name, size, content_type, current_version, created, updated)
select file_id, null, 'card', key, bytes, 'image/png', version_id, now(), now() from kept;
insert into storage.file_version (id, file_id, key, state, announced_size, size, etag, server_id, created, stored_at)
select k.version_id, k.file_id, k.key, 'stored', k.bytes, k.bytes,
       coalesce((select o.etag from store.object o where o.key = k.key limit 1), 'unknown'),
       (select s.id from storage.server s where s.id = any (k.server_ids) limit 1), now(), now()
  from kept k;
insert into storage.copy (version_id, server_id, etag, created)
select k.version_id, s.id, v.etag, now()
  from kept k join storage.file_version v on v.id = k.version_id join storage.server s on s.id = any (k.server_ids);

alter table cards.background add file_id uuid references storage.file on delete restrict;
update cards.background b set file_id = k.file_id from kept k where k.sha256 = b.sha256;
alter table cards.background drop server_ids;
comment on column cards.background.file_id is 'Its object; null: it is a file of the artefacts.';
comment on table cards.background is 'PNGs that cards are drawn on, by their content. In the object store as cards/background/<sha256>/<uuid>.png, or a file of the artefacts.';
create index background_file on cards.background (file_id) where file_id is not null;

-- What was drawn is drawn again: its objects had no rows. Of prints there is always another.
alter table cards.card drop server_ids, drop sizes, add work uuid;
comment on column cards.card.work is 'The drawing that is being made; one that was overtaken is not shown.';
update cards.card set status = 'due' where status in ('drawn', 'drawing');
insert into job.job (kind, subject, key) select 'card.draw', id, id from cards.card where status = 'due'
on conflict (kind, key) do update set state = 'ready', tries = 0;

delete from cards.batch;
alter table cards.batch drop server_ids, add file_id uuid references storage.file on delete restrict;
comment on column cards.batch.file_id is 'Its object; null: there is none yet.';
create index batch_file on cards.batch (file_id) where file_id is not null;

drop table cards.object;

commit;
