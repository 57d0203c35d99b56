-- Revert samovar:console_proof from pg

begin;

alter table account.session drop column proved_at;



commit;
