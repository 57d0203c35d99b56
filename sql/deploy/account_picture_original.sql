-- Deploy samovar:account_picture_original to pg
-- The original of a person's picture may be kept

begin;

alter table account.picture_file drop constraint picture_file_variant_check,
	add constraint picture_file_variant_check check (variant ~ '^([ws][0-9]+|original)$');
comment on column account.picture_file.variant is 'original: all of the picture in its own size, without metadata; only its owner sees it (people.keep_original).';

commit;
