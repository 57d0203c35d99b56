-- name: factor_is_on
select (exists (select from account.second_factor where account_id = $1 and confirmed_at is not null))::int;

-- name: factor_begin : E_FACTOR_ON
insert into account.second_factor as f (account_id, secret) values ($1, $2)
on conflict (account_id) do update set secret = excluded.secret, failures = 0, last_step = 0 where f.confirmed_at is null;

-- name: factor_lock
select f.secret, f.last_step, f.failures, us(f.failed_at) as failed_at, f.confirmed_at is not null as is_on
  from account.second_factor f where f.account_id = $1 for update;

-- name: factor_confirm
update account.second_factor set confirmed_at = utc($2), last_step = $3, failures = 0 where account_id = $1;

-- name: factor_passed
update account.second_factor set last_step = greatest(last_step, $2::bigint), failures = 0 where account_id = $1;

-- name: factor_failed : E_FACTOR_CODE
update account.second_factor f set failures = f.failures + 1, failed_at = utc($2)
  from account.account a where f.account_id = $1 and a.id = f.account_id
returning a.uuid::text;

-- name: factor_forget_failures
update account.second_factor set failures = 0 where account_id = $1;

-- name: factor_drop_codes
delete from account.recovery_code where account_id = $1;

-- name: factor_add_code
insert into account.recovery_code (account_id, hash) values ($1, $2);

-- name: factor_use_code
delete from account.recovery_code where account_id = $1 and hash = $2;

-- name: factor_off
delete from account.second_factor where account_id = $1;
