-- Files whose bytes are still to come.
-- name: import_files_missing
select u.id, u.filename, u.account_id, i.old_id
  from messenger.upload u join messenger.imported_account i on i.account_id = u.account_id
 where u.server_id is null and u.deleted_at is null order by u.id;

-- name: import_file_waits
select count(*) from messenger.upload where id = $1 and server_id is null and deleted_at is null;
