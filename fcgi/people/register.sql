-- name: people_look : E_EMAIL_TOKEN
select json_build_object('purpose', t.purpose, 'address', case t.purpose when 'change_old' then a.email_pending else t.address end)
  from account.email_token t join account.account a on a.id = t.account_id where t.id = $1;
