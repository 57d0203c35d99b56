-- name: staff_exists
select count(*) from account.account where email = $1 and role is not null;
