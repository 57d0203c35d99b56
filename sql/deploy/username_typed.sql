-- Deploy samovar:username_typed to pg
-- The look of user names as they are typed, beside that of the small letters

begin;

alter table account.account
	add username_typed text;
comment on column account.account.username_typed is 'What the user name looks like as it is typed, where a capital I is a small L (src/base/unicode.h); null until the programs have noted both looks.';
comment on column account.account.username_skeleton is 'What the user name looks like in small letters (skeleton of UTS 39), so that nobody takes a name that looks the same.';
create index account_typed on account.account (username_typed) where username_typed is not null;
create index account_without_look on account.account (id) where username is not null and username_typed is null;
drop index account.account_without_skeleton;

commit;
