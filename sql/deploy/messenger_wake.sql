-- Deploy samovar:messenger_wake to pg
-- requires: messenger_data
-- A transaction that writes many rows of the journal adds its job once

begin;

-- The setting lives as long as the transaction, and is undone with the job by a savepoint.
create or replace function messenger.sync_wake() returns trigger
language plpgsql as $$
begin
	if current_setting('messenger.sync_tx', true) is distinct from new.tx::text then
		perform set_config('messenger.sync_tx', new.tx::text, true);
		insert into job.job (kind, subject, key, priority, max_tries)
		values ('sync.spread', new.tx::text, new.tx::text, 50, 12)
		on conflict (kind, key) do nothing;
	end if;
	return null;
end $$;

commit;
