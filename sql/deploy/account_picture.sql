-- Deploy samovar:account_picture to pg
-- Pictures of people, and files that belong to none of their owner's lists

begin;

-- In steps: PostgreSQL 15.20 adds no column with a default where a function returns the table's row.
alter table storage.file add kind text;
update storage.file set kind = 'file';
alter table storage.file alter kind set default 'file', alter kind set not null, alter account_id drop not null,
	add constraint file_kind check (kind in ('file', 'picture')),
	add constraint file_owned check ((account_id is null) = (kind <> 'file'));
comment on column storage.file.kind is 'file: its owner sees it in lists, and it counts; picture: an object of account.picture, copied, healed and removed like any other, and nobody''s.';
comment on column storage.file.account_id is 'Its owner; null: nobody''s (kind). Erasing an account deletes its files first, so that their objects are removed too.';

-- What is nobody's weighs nothing.
create or replace function storage.file_weigh() returns trigger
language plpgsql as $$
begin
	if new.deleted_at is not null or new.account_id is null then
		new.counted := 0;
	elsif new.current_version is null then
		new.counted := new.size;
	else
		new.counted := greatest(new.size, (select size from storage.file_version where id = new.current_version));
	end if;
	return new;
end $$;

create type account.picture_visibility as enum ('everyone', 'members', 'nobody');
comment on type account.picture_visibility is 'Who sees a picture: everyone; who is signed in; only the person and staff.';
alter table account.account add picture_visibility account.picture_visibility;
comment on column account.account.picture_visibility is 'Null: as people.picture_visibility says.';

create type account.picture_state as enum ('announced', 'received', 'processing', 'ready', 'refused', 'failed', 'replaced', 'removed');
comment on type account.picture_state is 'announced: its bytes are still to come; received: they are there; processing: files are being made; ready: it is shown; refused: the picture''s fault; failed: ours; replaced: by a newer one; removed: by its owner or by staff.';

create table account.picture (
	id uuid primary key default gen_random_uuid(),
	account_id bigint not null references account.account on delete restrict,
	state account.picture_state not null,
	reason text check (reason in ('not_an_image', 'broken', 'too_small', 'too_large', 'too_many_pixels', 'bad_shape',
		'too_heavy', 'crop_outside')),
	crop_x integer, crop_y integer, crop_width integer, crop_height integer,
	bytes bigint not null check (bytes >= 0),
	width integer, height integer, format text,
	done smallint not null default 0,
	idempotency_key text check (char_length(idempotency_key) <= 255),
	server_id uuid references storage.server on delete set null,
	upload_id uuid references storage.file on delete set null,
	created timestamptz not null,
	changed timestamptz not null,
	ready_at timestamptz,
	check ((crop_x is null) = (crop_width is null) and (crop_y is null) = (crop_height is null) and (crop_x is null) = (crop_y is null)),
	check ((state = 'refused') = (reason is not null)),
	check (state <> 'ready' or ready_at is not null)
);
comment on table account.picture is 'Pictures that people upload of themselves. The files that are shown are account.picture_file. Rows of pictures that are over stay for a while, for who asks, and for the limit of a day.';
comment on column account.picture.crop_x is 'With the three behind it the part that is shown, in pixels of the upright original; null: all of it.';
comment on column account.picture.bytes is 'Of what was uploaded; of what is announced, as announced.';
comment on column account.picture.width is 'Pixels of the upright original, like height.';
comment on column account.picture.done is 'Files that are at a server already.';
comment on column account.picture.idempotency_key is 'Of the request: said again, it is this picture again.';
comment on column account.picture.server_id is 'Where the files are put, once one has been chosen: whoever makes them again puts them there, and what is left of a try is removed there.';
comment on column account.picture.upload_id is 'The object that an announced picture comes as; null: its bytes came with the request.';
create unique index picture_in_work on account.picture (account_id) where state in ('received', 'processing');
create unique index picture_shown on account.picture (account_id) where state = 'ready';
create unique index picture_repeated on account.picture (account_id, idempotency_key) where idempotency_key is not null;
create index picture_of_account on account.picture (account_id, created);
create index picture_over on account.picture (changed) where state not in ('ready');
create index picture_upload on account.picture (upload_id) where upload_id is not null;
create index picture_server on account.picture (server_id) where server_id is not null;

create table account.picture_bytes (
	picture_id uuid primary key references account.picture on delete cascade,
	bytes bytea not null
);
alter table account.picture_bytes alter bytes set storage external;
comment on table account.picture_bytes is 'What was uploaded, until the files are made of it: so a request needs no other server, and whoever does the job, on whichever host, has it.';

create table account.picture_file (
	picture_id uuid not null references account.picture on delete restrict,
	variant text not null check (variant ~ '^[ws][0-9]+$'),
	extension text not null check (extension in ('webp', 'jpg')),
	width integer not null,
	height integer not null,
	bytes bigint not null,
	etag text not null,
	file_id uuid not null references storage.file on delete restrict,
	primary key (picture_id, variant, extension)
);
comment on table account.picture_file is 'A variant of a picture in a format: an object people/<account>/<picture>/<variant>.<extension>.';
create index picture_file_file on account.picture_file (file_id);

create function account.sees_picture(shown account.picture_visibility, owner bigint, viewer bigint, staff boolean) returns boolean
language sql immutable parallel safe
return coalesce(staff, false) or owner = viewer or shown = 'everyone' or (shown = 'members' and viewer <> 0);
comment on function account.sees_picture is 'Does an account (0: nobody) see the picture of another? staff: it may see all.';

commit;
