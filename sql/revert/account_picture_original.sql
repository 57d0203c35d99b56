-- Revert samovar:account_picture_original from pg

begin;

with gone as (delete from account.picture_file where variant = 'original' returning file_id)
update storage.file f set deleted_at = now() from gone where f.id = gone.file_id;
comment on column account.picture_file.variant is null;
alter table account.picture_file drop constraint picture_file_variant_check,
	add constraint picture_file_variant_check check (variant ~ '^[ws][0-9]+$');
alter table account.picture drop made_of;

commit;
