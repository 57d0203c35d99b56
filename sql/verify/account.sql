-- Verify samovar:account on pg

begin;

select id, uuid, username, email, name, surname, nickname, password, password_changed_at, status, status_reason,
       status_at, is_superuser, role, last_login_at, created, updated
  from account.account where false;
select account_id, name, created from account.permission where false;
select jti, account_id, face, family, kind, claims, otp, user_agent, address, push_token, created, expires, spent_at,
       next_access, next_refresh, revoked_at, revoked_why
  from account.session where false;
select name_hash, failures, first_at, last_at, locked_until from account.lockout where false;
select id, token, name, surname, email, expires, used_at, created_by, created, updated from account.invitation where false;
select id, at, actor, action, object_kind, object_id, data, address, request_id from account.audit where false;

select 1 / (count(*) >= 12)::int from account.permission_name where name like 'can\_%';

-- Names and addresses are one whatever their case.
do $$
begin
	insert into account.account (username, email) values ('Verify-Case', 'Verify.Case@example.org');
	begin
		insert into account.account (username) values ('verify-case');
		raise exception 'two accounts differ in case only';
	exception when unique_violation then
		null;
	end;
end $$;

rollback;
