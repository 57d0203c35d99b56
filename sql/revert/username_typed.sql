-- Revert samovar:username_typed from pg

begin;

-- The older programs note the skeleton in their own way where there is none.
update account.account set username_skeleton = null where username_typed is not null;
create index account_without_skeleton on account.account (id) where username is not null and username_skeleton is null;
comment on column account.account.username_skeleton is 'What the user name looks like (the skeleton of UTS 39, of the case-folded name), so that nobody takes a name that looks the same; null until the programs have noted it.';
alter table account.account drop username_typed;

commit;
