-- Revert samovar:cards_kept from pg

begin;

create table cards.object (
	key text not null,
	server_id uuid not null,
	card_id bigint,
	created timestamptz not null default now(),
	primary key (key, server_id)
);
comment on table cards.object is 'Objects of ours on servers, noted before they are sent, so that none is left behind by a process that was killed.';
create index object_card on cards.object (card_id);
create index object_created on cards.object (created);
insert into cards.object (key, server_id, card_id)
select v.key, c.server_id, null
  from storage.file f join storage.file_version v on v.file_id = f.id join storage.copy c on c.version_id = v.id
 where f.kind = 'card';

delete from cards.batch;
alter table cards.batch drop file_id, add server_ids uuid[] not null default '{}';

alter table cards.background add server_ids uuid[] not null default '{}';
update cards.background b
   set server_ids = array(select c.server_id from storage.file f join storage.copy c on c.version_id = f.current_version
                           where f.id = b.file_id and c.doomed_at is null);
alter table cards.background drop file_id;
comment on column cards.background.server_ids is 'Which servers have it; none: it is a file of the artefacts.';

alter table cards.card drop work, add server_ids uuid[] not null default '{}', add sizes bigint[];
comment on column cards.card.server_ids is 'Which servers have them.';
comment on column cards.card.sizes is 'Bytes of PNG, JPEG, preview as JPEG and as WebP.';
update cards.card set status = 'due' where status in ('drawn', 'drawing');
insert into job.job (kind, subject, key) select 'card.draw', id, id from cards.card where status = 'due'
on conflict (kind, key) do nothing;
drop table cards.picture;

drop index storage.file_of_card;
delete from storage.file where kind = 'card';
alter table storage.file drop constraint file_kind, add constraint file_kind check (kind in ('file', 'picture'));
comment on column storage.file.kind is 'file: its owner sees it in lists, and it counts; picture: an object of account.picture, copied, healed and removed like any other, and nobody''s.';

commit;
