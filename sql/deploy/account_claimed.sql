-- Deploy samovar:account_claimed to pg
-- An address that somebody says is theirs, while it is a member of staff's

begin;

alter table account.account
	add email_claimed citext constraint account_claim_taken unique check (char_length(email_claimed) between 1 and 254);
comment on column account.account.email_claimed is 'The address that was given at a registration open to all, where it is the e-mail of a member of staff, or has become it by an invitation: shown to this account only, and nothing is sent there. So nobody learns from a registration who is staff.';

create or replace function account.as_user(account.account) returns json
language sql stable parallel safe
return json_build_object('username', coalesce(($1).username, ''), 'email', coalesce(($1).email, ($1).email_claimed, ''),
	'first_name', ($1).name, 'last_name', ($1).surname, 'is_superuser', ($1).is_superuser,
	'permissions', account.permissions_of(($1).id));

commit;
