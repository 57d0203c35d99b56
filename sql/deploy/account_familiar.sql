-- Deploy samovar:account_familiar to pg
-- Where an account has signed in, so that failures from there count apart

begin;

create table account.familiar (
	account_id bigint not null references account.account on delete cascade,
	network cidr not null,
	last_at timestamptz not null default now(),
	primary key (account_id, network)
);
comment on table account.familiar is 'Networks from which an account has signed in with its password in the last 30 days: whoever guesses elsewhere does not lock its owner out there.';
comment on column account.familiar.network is 'An address of IPv4, a /64 of IPv6.';
create index familiar_last on account.familiar (last_at);

insert into account.familiar (account_id, network, last_at)
select account_id, network(set_masklen(address, case family(address) when 4 then 32 else 64 end)), max(created)
  from account.session
 where address is not null
 group by 1, 2;

alter table account.lockout
	add of_name bytea check (length(of_name) = 32);
comment on column account.lockout.of_name is 'The hash of the name when the row counts the failures of one familiar network or device, which name_hash stands for then; null when it is the name''s own, for all others.';
create index lockout_of_name on account.lockout (of_name) where of_name is not null;

commit;
