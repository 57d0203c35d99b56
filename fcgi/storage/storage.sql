-- name: storage_account_exists
select count(*) from account.account where uuid = $1;
