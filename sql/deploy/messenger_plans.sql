-- Deploy samovar:messenger_plans to pg
-- requires: messenger_talk
-- Keep the plans of rooms and their events in the connection

begin;

-- A function in SQL that has a sub-select is parsed and planned anew by every statement that calls it; in PL/pgSQL its plans
-- stay in the connection.
create or replace function messenger.as_profile_for(p messenger.profile, viewer bigint, acting bigint) returns json
language plpgsql stable parallel safe as $$
begin
	return case when messenger.sees_profile((p).locked_at is not null, (p).deleted_at is not null, (p).private, (p).account_id = viewer, false,
		exists (select from messenger.relation r where r.from_profile_id = (p).id and r.to_account_id = viewer and r.status = 3),
		exists (select from messenger.relation r where r.from_profile_id = acting and r.to_profile_id = (p).id and r.status in (1, 2)),
		false,
		exists (select from messenger.relation r where r.from_profile_id = (p).id and r.to_profile_id = acting and r.status <> 3))
	then messenger.as_profile(p) else messenger.as_profile_name(p) end;
end $$;

create or replace function messenger.as_room(r messenger.room, viewer bigint, acting bigint, events json) returns json
language plpgsql stable parallel safe as $$
begin
	return json_build_object('resource', 'chat_room', 'uuid', (r).id, 'name', (r).name, 'description', (r).description,
	'is_private', (r).private,
	'participant_count', (select count(*) from messenger.participant t where t.room_id = (r).id and t.left_at is null),
	'participant_num', (select count(*) from messenger.participant t where t.room_id = (r).id and t.left_at is null),
	'owner_profile_id', (r).owner_profile_id,
	'owner_profile', (select messenger.as_profile_for(p, viewer, acting) from messenger.profile p where p.id = (r).owner_profile_id),
	'created_by_profile_id', (r).created_by_profile_id,
	'created_by_profile', (select messenger.as_profile_for(p, viewer, acting) from messenger.profile p where p.id = (r).created_by_profile_id),
	'created_at', messenger.http_date((r).created), 'modified_at', messenger.http_date((r).modified),
	'modified', (r).modified <> (r).created, 'created_at_int', floor(extract(epoch from (r).created))::bigint,
	'modified_at_int', floor(extract(epoch from (r).modified))::bigint, 'commit_id', (r).commit_id,
	'participants', (select coalesce(json_agg(messenger.as_participant(t, messenger.as_profile_for(p, viewer, acting))
		order by t.account_id desc, t.profile_id desc), '[]')
		from messenger.participant t join messenger.profile p on p.id = t.profile_id
		where t.room_id = (r).id and t.left_at is null),
	'events', events);
end $$;

create or replace function messenger.events_of(room bigint, after_index integer, most integer) returns json
language plpgsql stable parallel safe as $$
declare
	first integer;
begin
	if after_index >= 0 then
		return (select coalesce(json_agg(messenger.as_event(row(e.*)::messenger.event, t.profile_id) order by e.event_index), '[]')
			from (select * from messenger.event e
				where e.room_id = room and e.event_index > after_index and e.created >= messenger.window_start()
				order by e.event_index limit most) e
			join messenger.participant t on t.id = e.participant_id);
	end if;
	select f.event_index - 100 into first from messenger.event f
	 where f.room_id = room and f.created >= messenger.window_start() order by f.created limit 1;
	return (select coalesce(json_agg(messenger.as_event(row(e.*)::messenger.event, t.profile_id) order by e.event_index), '[]')
		from (select * from messenger.event e
			where e.room_id = room and e.event_index >= first and e.created >= messenger.window_start()
			order by e.event_index desc limit most) e
		join messenger.participant t on t.id = e.participant_id);
end $$;

commit;
