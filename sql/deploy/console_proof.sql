-- Deploy samovar:console_proof to pg
-- When whoever is signed in at the console has proved it last

begin;

alter table account.session add column proved_at timestamptz;
comment on column account.session.proved_at is 'Console: when the password or a one-time code was given last. Changes of rights and the like want that to be fresh.';



commit;
