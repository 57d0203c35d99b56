-- Is a file of that name and size the account's already?
-- name: import_known
select count(*) from storage.file f join storage.file_version v on v.id = f.current_version
 where f.account_id = $1 and f.name = $2 and f.deleted_at is null and v.size = $3;
