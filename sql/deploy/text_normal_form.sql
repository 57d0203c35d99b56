-- Deploy samovar:text_normal_form to pg
-- Names and titles in normal form C, and the look of user names

begin;

alter table account.account
	add username_skeleton text;
comment on column account.account.username_skeleton is 'What the user name looks like (the skeleton of UTS 39, of the case-folded name), so that nobody takes a name that looks the same; null until the programs have noted it.';
create index account_skeleton on account.account (username_skeleton) where username_skeleton is not null;
create index account_without_skeleton on account.account (id) where username is not null and username_skeleton is null;

-- What is new comes in normal form. What was there before is brought into it, or a search would not find it.
update account.account set name = normalize(name, nfc) where name is not nfc normalized;
update account.account set surname = normalize(surname, nfc) where surname is not nfc normalized;
update account.account set nickname = normalize(nickname, nfc) where nickname is not nfc normalized;
update account.invitation set name = normalize(name, nfc), surname = normalize(surname, nfc)
 where name is not nfc normalized or surname is not nfc normalized;
update programme.participant set name = normalize(name, nfc), surname = normalize(surname, nfc), city = normalize(city, nfc)
 where name is not nfc normalized or surname is not nfc normalized or city is not nfc normalized;
update programme.shift set title = normalize(title, nfc), final_message = normalize(final_message, nfc)
 where title is not nfc normalized or final_message is not nfc normalized;
update storage.server set location = normalize(location, nfc), zone = normalize(zone, nfc)
 where location is not nfc normalized or zone is not nfc normalized;
update storage.file set name = normalize(name, nfc) where deleted_at is not null and name is not nfc normalized;

-- Two files of one name in two forms: the second gets a number.
create function pg_temp.free_name(owner bigint, wanted text) returns text language plpgsql as $$
declare
	dot integer := coalesce(nullif(length(wanted) - strpos(reverse(wanted), '.') + 1, length(wanted) + 1), length(wanted) + 1);
	candidate text := wanted;
begin
	for n in 2 .. 100000 loop
		exit when not exists (select from storage.file where account_id = owner and deleted_at is null and name = candidate);
		candidate := left(left(wanted, dot - 1), 240 - (length(wanted) - dot + 1)) || ' (' || n || ')' || substr(wanted, dot);
	end loop;
	return candidate;
end $$;

do $$
declare
	f record;
begin
	for f in select id, account_id, name from storage.file
	          where deleted_at is null and name is not nfc normalized order by created, id loop
		update storage.file set name = pg_temp.free_name(f.account_id, normalize(f.name, nfc)) where id = f.id;
	end loop;
end $$;

-- A user name or a title that somebody else has in the other form stays as it is.
do $$
declare
	r record;
begin
	for r in select id, username from account.account where username::text is not nfc normalized loop
		begin
			update account.account set username = normalize(username::text, nfc) where id = r.id;
		exception when unique_violation then null;
		end;
	end loop;
	for r in select id, title from programme.task where title is not nfc normalized loop
		begin
			update programme.task set title = normalize(title, nfc) where id = r.id;
		exception when unique_violation then null;
		end;
	end loop;
end $$;

commit;
