-- Deploy samovar:storage_holder to pg
-- Who really has a live copy: on, not deleted, and not known to be down

begin;

create view storage.holder as
	select c.version_id, c.server_id
	  from storage.copy c
	  join storage.server s on s.id = c.server_id
	  left join storage.health h on h.server_id = s.id
	 where c.doomed_at is null and s.is_on and s.deleted_at is null and coalesce(h.is_up, true);
comment on view storage.holder is 'Copies that others may rely on when they give theirs away.';

commit;
