-- Deploy samovar:people_search to pg
-- requires: account_registration
-- People found by a piece of a name at a million rows

begin;

create function account.searched(person account.account) returns text
language sql immutable parallel safe
return lower((person).name || ' ' || (person).surname || ' ' || coalesce((person).username::text, '') || ' '
	|| coalesce((person).email::text, ''));
comment on function account.searched is 'What GET /people/api/v1/people?query= looks into.';
create index account_searched on account.account using gin (account.searched(account) gin_trgm_ops);

-- Is somebody left who may manage people? And whose change of address has nobody answered?
create index account_superuser on account.account (id) where is_superuser;
create index account_pending on account.account (id) where email_pending is not null;

commit;
