-- name: setup_administrators
select count(*) from account.account where role = 'administrator' and status = 'active';

-- name: setup_servers
select count(*) from storage.server where deleted_at is null;
