-- Deploy samovar:account_rights to pg
-- requires: account_email functions_inlined
-- Named roles: sets of permissions that people hold

begin;

insert into account.permission_name (name, meaning) values
	('can_manage_people', 'see all people; change their roles, permissions and status'),
	('can_edit_catalogue', 'add and change films'),
	('can_view_cards', 'see all cards'),
	('can_edit_cards', 'make and change cards'),
	('can_edit_card_layouts', 'change the layouts and backgrounds of cards'),
	('can_withdraw_card', 'withdraw a card'),
	('can_moderate', 'remove what people show of themselves'),
	('can_operate', 'see and steer jobs, servers and timers');

create table account.role_set (
	name text primary key check (name ~ '^[a-z][a-z0-9_]{0,31}$'),
	title text not null check (char_length(title) between 1 and 100),
	permissions text[] not null default '{}' check (array_position(permissions, null) is null),
	version integer not null default 1,
	updated timestamptz not null default now()
);
comment on table account.role_set is 'Named sets of permissions. What somebody may is what they were granted themselves and what their roles have. The two roles of the programme are account.role.';
comment on column account.role_set.permissions is 'Names of account.permission_name, sorted; whoever writes them checks that.';
comment on column account.role_set.version is 'Counts the changes: the ETag of PUT /people/api/v1/roles/{name}.';

insert into account.role_set (name, title, permissions) values
	('member', 'Member', '{can_add_filesharelink,can_delete_file,can_delete_filesharelink,can_download_file,can_rename_file,can_upload_file,can_view_file,can_view_filesharelink}'),
	('editor', 'Editor of the catalogue', '{can_edit_catalogue,can_view_film}'),
	('card_keeper', 'Keeper of the cards', '{can_edit_card_layouts,can_edit_cards,can_view_cards,can_withdraw_card}'),
	('moderator', 'Moderator', '{can_moderate}'),
	('operator', 'Operator', '{can_add_cdnserver,can_change_cdnserver,can_delete_cdnserver,can_operate,can_view_cdnserver}');

create table account.role_held (
	account_id bigint not null references account.account on delete cascade,
	role text not null references account.role_set on delete cascade on update cascade,
	created timestamptz not null default now(),
	primary key (account_id, role)
);
comment on table account.role_held is 'Who has which of the roles in account.role_set.';
create index role_held_role on account.role_held (role, account_id);

-- In steps: PostgreSQL 15.20 adds no column with a default where a function takes the row (account.as_staff).
alter table account.account add rights_version integer;
update account.account set rights_version = 1;
alter table account.account alter rights_version set default 1, alter rights_version set not null;
comment on column account.account.rights_version is 'Counts the changes of roles, permissions and status: the ETag of a person.';

-- What an account may, one row a name.
create view account.permission_held as
select account_id, name from account.permission
union
select h.account_id, unnest(s.permissions) from account.role_held h join account.role_set s on s.name = h.role;
comment on view account.permission_held is 'The names that an account holds itself or by a role.';

create or replace view account.permission_list as
select account_id, json_agg(name order by name) as names from account.permission_held group by account_id;
create or replace function account.permissions_of(bigint) returns json
language sql stable parallel safe
return (select coalesce(json_agg(p.name order by p.name), '[]'::json)
          from account.permission_held p where p.account_id = $1);

create view account.role_list as
select account_id, json_agg(role order by role) as names from account.role_held group by account_id;
comment on view account.role_list is 'The roles of an account as a JSON array, without that of the programme; no row: none.';

-- Put in place by the planner: it takes roles once, and is no less volatile than what it calls.
create function account.with_programme_role(roles json, role account.role) returns json
language sql stable parallel safe
return (coalesce(roles, '[]'::json)::jsonb
        || case when role is null then '[]'::jsonb else to_jsonb('programme.' || role::text) end)::json;
comment on function account.with_programme_role is 'The names of roles as a person sees them.';

create function account.as_person(person account.account, roles json, permissions json, picture json) returns json
language sql stable parallel safe
return json_build_object('uuid', (person).uuid, 'email', coalesce((person).email, (person).email_claimed),
	'email_confirmed', (person).email_confirmed_at is not null, 'email_pending', (person).email_pending,
	'email_trouble', (person).email_trouble, 'username', (person).username, 'name', (person).name,
	'surname', (person).surname, 'language', (person).language, 'status', (person).status,
	'is_superuser', (person).is_superuser,
	'roles', account.with_programme_role(roles, (person).role),
	'permissions', coalesce(permissions, '[]'::json), 'picture', picture);
comment on function account.as_person is 'Person of the people contract: GET /me and the list of people.';

commit;
