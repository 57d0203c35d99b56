-- Deploy samovar:installation_counted to pg
-- Counters that outlive the programs: registrations, mails, pictures

begin;

create table installation.counted (
	name text not null,
	label text not null default '',
	part smallint not null,
	value bigint not null,
	primary key (name, label, part)
);
comment on table installation.counted is 'What has happened so often: the sum of its parts, for /metrics.';
comment on column installation.counted.part is 'One of eight, by connection, so that who counts the same seldom waits for another.';

commit;
