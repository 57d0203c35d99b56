-- Revert samovar:messenger_wake from pg

begin;

create or replace function messenger.sync_wake() returns trigger
language plpgsql as $$
begin
	insert into job.job (kind, subject, key, priority, max_tries)
	values ('sync.spread', new.tx::text, new.tx::text, 50, 12)
	on conflict (kind, key) do nothing;
	return null;
end $$;

commit;
