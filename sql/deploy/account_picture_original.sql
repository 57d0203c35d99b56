-- Deploy samovar:account_picture_original to pg
-- The original of a person's picture may be kept

begin;

alter table account.picture_file drop constraint picture_file_variant_check,
	add constraint picture_file_variant_check check (variant ~ '^([ws][0-9]+|original)$');
comment on column account.picture_file.variant is 'original: all of the picture in its own size, without metadata; only its owner sees it (people.keep_original).';
alter table account.picture add made_of text check (made_of in ('original', 'file'));
comment on column account.picture.made_of is 'What its files are made again of: the original that was kept, or one of the files; null: what its owner sent.';

commit;
