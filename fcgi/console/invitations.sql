-- name: console_invitations
-- The newest first, but for those of people who have become staff; $1 is now.
select json_build_object('data', coalesce(json_agg(json_build_object('id', id, 'name', name, 'surname', surname, 'email', email,
           'is_open', is_open, 'made', iso(created), 'until', iso(expires), 'by', by) order by created desc, id), '[]'), 'next', null)::text
  from (select i.id, i.name, i.surname, i.email, i.expires > utc($1) as is_open, i.created, i.expires,
               nullif(concat_ws(' ', a.name, a.surname), '') as by
          from account.invitation i left join account.account a on a.id = i.created_by
         where i.used_at is null and not exists (select from account.account s where s.email = i.email and s.role is not null)
         order by i.created desc, i.id limit 500) newest;
