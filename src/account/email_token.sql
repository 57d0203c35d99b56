-- name: email_token_insert
insert into account.email_token (account_id, purpose, address, token_hash, code_hash, code_expires, is_repeat, created, expires)
values ($1, $2, $3, decode($4, 'hex'), decode($5, 'hex'), case when $5 is not null then utc($6) end, $7, utc($8), utc($9))
returning id;

-- name: email_token_cut
delete from account.email_token
 where account_id = $1 and purpose = $2
   and id not in (select id from account.email_token where account_id = $1 and purpose = $2 order by id desc limit 3);

-- name: email_token_use : E_EMAIL_TOKEN
update account.email_token set used_at = coalesce(used_at, utc($3))
 where token_hash = any (array(select decode(hash, 'hex') from unnest(string_to_array($1, ' ')) hash))
   and purpose = any (string_to_array($2, ' ')) and expires > utc($3)
returning id, account_id, purpose, address, is_repeat, us(expires) as expires;

-- name: email_token_look : E_EMAIL_TOKEN
select id, account_id, purpose, address, is_repeat, us(expires) as expires from account.email_token
 where token_hash = any (array(select decode(hash, 'hex') from unnest(string_to_array($1, ' ')) hash))
   and purpose = any (string_to_array($2, ' '));

-- name: email_token_try
update account.email_token t set tries = tries + 1
  from account.account a
 where a.email = $1 and t.account_id = a.id and t.purpose = 'confirm' and t.code_expires > utc($2) and t.tries < 5
returning t.id, t.account_id, encode(t.code_hash, 'hex') as code_hash;

-- name: email_token_use_id : E_EMAIL_TOKEN
update account.email_token set used_at = coalesce(used_at, utc($2)) where id = $1
returning id, account_id, purpose, address, is_repeat, us(expires) as expires;

-- name: email_token_drop
delete from account.email_token where account_id = $1 and purpose = any (string_to_array($2, ' '));
