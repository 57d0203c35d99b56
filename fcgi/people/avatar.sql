-- name: avatar_named : E_ACCOUNT_NOT_FOUND
select uuid, name, surname, username from account.account where uuid = $1 and status <> 'deactivated';
