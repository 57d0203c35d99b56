-- Revert samovar:account_picture from pg

begin;

drop function account.sees_picture;
drop table account.picture_file;
drop table account.picture_bytes;
drop table account.picture;
drop type account.picture_state;
alter table account.account drop picture_visibility;
drop type account.picture_visibility;

create or replace function storage.file_weigh() returns trigger
language plpgsql as $$
begin
	if new.deleted_at is not null then
		new.counted := 0;
	elsif new.current_version is null then
		new.counted := new.size;
	else
		new.counted := greatest(new.size, (select size from storage.file_version where id = new.current_version));
	end if;
	return new;
end $$;

-- Their objects become orphans, which the older programs leave where they are.
delete from storage.file where kind <> 'file';
alter table storage.file drop constraint file_owned, drop constraint file_kind, drop kind, alter account_id set not null;
comment on column storage.file.account_id is 'Its owner. Erasing an account deletes its files first, so that their objects are removed too.';

commit;
