-- Deploy samovar:photo_look to pg
-- How photos look, so that copies are found

begin;

create table programme.photo_look (
	photo_id bigint primary key references programme.report_photo on delete cascade,
	whole integer[] not null check (cardinality(whole) > 0),
	views integer[] not null check (cardinality(views) > 0)
);
comment on table programme.photo_look is 'How a photo looks: keys that a copy of it has in common with it. Each is a number of a table and 18 bits, signs of low frequencies.';
comment on column programme.photo_look.whole is 'Of the whole picture.';
comment on column programme.photo_look.views is 'Of the whole picture and of ten views that lack a tenth at some sides: a new photo that was cut from this one has one of these.';
create index photo_look_whole on programme.photo_look using gin (whole) with (fastupdate = off);
create index photo_look_views on programme.photo_look using gin (views) with (fastupdate = off);

alter table programme.report_photo add column similar_likeness real;
comment on column programme.report_photo.similar_likeness is 'How alike the two are once one is laid over the other: 1 a copy, below 0.75 strangers.';

commit;
