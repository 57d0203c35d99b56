-- Deploy samovar:account_registration to pg
-- requires: account_rights
-- People who register and confirm their addresses

begin;

create function account.is_unconfirmed(person account.account) returns boolean
language sql immutable parallel safe
return (person).email_confirmed_at is null and coalesce((person).email, (person).email_claimed) is not null
	and not (person).is_superuser;
comment on function account.is_unconfirmed is 'Has it an address that nobody has confirmed? A superuser is never asked.';

commit;
