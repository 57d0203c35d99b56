-- name: person_mail_token
select t.account_id, case when t.purpose like 'phone%' then coalesce(p.nickname::text, a.name) else a.name end as name,
       t.address::text as email, a.email_pending::text as pending
  from account.email_token t join account.account a on a.id = t.account_id left join messenger.person p on p.account_id = a.id
 where t.id = $1 and t.expires > utc($2) and t.used_at is null;

-- name: person_mail_account
select a.id as account_id, coalesce(nullif(a.name, ''), p.nickname::text, a.username::text, '') as name, a.email::text as email,
       null::text as pending
  from account.account a left join messenger.person p on p.account_id = a.id
 where a.uuid = $1 and a.email is not null;

-- name: person_mail_trouble
update account.account set email_trouble = left($2, 300) where id = $1;

-- name: person_mail_fine
update account.account set email_trouble = null where id = $1 and email_trouble is not null;
