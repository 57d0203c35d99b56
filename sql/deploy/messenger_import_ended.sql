-- Deploy samovar:messenger_import_ended to pg
-- requires: messenger_import
-- What an import brought and was ended since stays ended

begin;

create table messenger.imported_relation (
	id bigint primary key
);
comment on table messenger.imported_relation is 'Relations that an import has brought, whatever became of them: what was ended here does not come again.';
comment on column messenger.imported_relation.id is 'TB_PROFILE_RELATION.uuid, and messenger.relation.id as long as the relation lasts.';

create table messenger.imported_subscription (
	id bigint primary key
);
comment on table messenger.imported_subscription is 'Subscriptions that an import has brought, whatever became of them.';
comment on column messenger.imported_subscription.id is 'TB_CARD_SUBSCRIPTION.uuid, and messenger.subscription.id as long as it lasts.';

-- Where an import has run before, what is there of those who came by it counts as brought.
insert into messenger.imported_relation
select r.id from messenger.relation r join messenger.imported_account f on f.account_id = r.from_account_id
  join messenger.imported_account t on t.account_id = r.to_account_id;
insert into messenger.imported_subscription
select s.id from messenger.subscription s join messenger.imported_account f on f.account_id = s.account_id
  join messenger.imported_account t on t.account_id = s.card_account_id;

commit;
