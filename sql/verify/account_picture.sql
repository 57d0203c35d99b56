-- Verify samovar:account_picture on pg
-- Selects what the change made, or divides by zero.

begin;

select kind from storage.file where false;
select picture_visibility from account.account where false;
select id, account_id, state, reason, crop_x, crop_y, crop_width, crop_height, bytes, width, height, format, done,
       idempotency_key, server_id, upload_id, created, changed, ready_at from account.picture where false;
select picture_id, bytes from account.picture_bytes where false;
select picture_id, variant, extension, width, height, bytes, etag, file_id from account.picture_file where false;
select 1 / (account.sees_picture('members', 1, 2, false) and not account.sees_picture('nobody', 1, 2, false))::int;

rollback;
