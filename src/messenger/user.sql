-- name: user_get : E_PERSON_GONE
select a.id as uuid, coalesce(a.username, '') as id, p.nickname, coalesce(a.email, a.email_claimed) as email,
       a.email_confirmed_at is not null as email_verified, p.description, p.profile_image,
       us(p.created) as created_at, us(p.modified) as modified_at
  from messenger.person p join account.account a on a.id = p.account_id
 where p.account_id = $1;

-- name: user_insert
insert into messenger.person (account_id, nickname, created, modified) values ($1, $2, utc($3), utc($3));

-- Without blanks, as phones send it.
-- name: user_first_profile
insert into messenger.profile (account_id, name, data, email, private, created, modified)
select a.id, $2::text,
       coalesce('{"email":{"index":0,"value":{"default":{"index":0,"value":' || to_json(a.email::text) || '}}}}', '{}'),
       '{"email":' || to_json(a.email::text) || '}', false, utc($3), utc($3)
  from account.account a where a.id = $1;

-- name: user_missing
-- The nickname that one from another face is given; no row: it is there.
select case when exists (select from messenger.person where nickname = n.name::citext) then left(n.name, 50) || '-' || a.id else n.name end as nickname
  from account.account a,
       lateral (select left(coalesce(nullif(a.username::text, ''), nullif(a.name, ''), 'user-' || a.id), 64) as name) n
 where a.id = $1 and not exists (select from messenger.person where account_id = $1);

-- name: user_by_name
select coalesce((select id from account.account where username = $1), 0);

-- name: user_nickname_taken
select exists (select from messenger.person where nickname = $1)::int;

-- name: user_email_taken
select exists (select from account.account where email = $1 or email_claimed = $1)::int;

-- name: user_lock_first
select pg_advisory_xact_lock(hashtextextended('messenger.first', 0))::text;

-- name: user_accounts
select exists (select from account.account)::int;

-- name: user_crown
with confirmed as (
    update account.account set email_confirmed_at = utc($2) where id = $1 and email is not null
)
insert into account.permission (account_id, name) values ($1, 'can_manage_messenger');

-- name: user_change : E_PERSON_GONE
update messenger.person set nickname = coalesce($2, nickname), private = coalesce($3::boolean, private),
       description = coalesce($4, description), modified = utc($5), commit_id = messenger.new_commit_id()
 where account_id = $1;

-- name: user_hide
-- What somebody who has gone showed is there for nobody, until staff takes them back.
with person as (
    update messenger.person set deactivated_by = $2, modified = utc($3), commit_id = messenger.new_commit_id() where account_id = $1
), cards as (
    update messenger.card set locked_at = utc($3), why_locked = 'ACCOUNT_DEACTIVATED', locked_by = $2
     where account_id = $1 and locked_at is null
)
update messenger.profile set locked_at = utc($3), why_locked = 'ACCOUNT_DEACTIVATED', locked_by = $2
 where account_id = $1 and locked_at is null;
