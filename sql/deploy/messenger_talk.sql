-- Deploy samovar:messenger_talk to pg
-- requires: messenger_data messenger_wire
-- How the phones' API shows cards, rooms and what is said in them

begin;

create function messenger.as_profile_name(p messenger.profile) returns json
language sql stable parallel safe
return json_build_object('resource', 'profile', 'uuid', (p).id, 'name', (p).name, 'team_name', null, 'description', null,
	'image_url', null, 'phone', null, 'email', null, 'sns', null, 'data', '{}', 'is_private', true, 'created_at', null,
	'modified_at', null, 'modified', false, 'created_at_int', 0, 'modified_at_int', 0, 'commit_id', '');
comment on function messenger.as_profile_name is 'A profile of which one may see the name only.';

create function messenger.blocks(profile bigint, account bigint) returns boolean
language sql stable parallel safe
return exists (select from messenger.relation r where r.from_profile_id = profile and r.to_account_id = account and r.status = 3);
comment on function messenger.blocks is 'A block of one profile of an account is a block of all of them.';

create function messenger.as_profile_for(p messenger.profile, viewer bigint, acting bigint) returns json
language sql stable parallel safe
return case when messenger.sees_profile((p).locked_at is not null, (p).deleted_at is not null, (p).private, (p).account_id = viewer, false,
		messenger.blocks((p).id, viewer),
		exists (select from messenger.relation r where r.from_profile_id = acting and r.to_profile_id = (p).id and r.status in (1, 2)),
		false,
		exists (select from messenger.relation r where r.from_profile_id = (p).id and r.to_profile_id = acting and r.status <> 3))
	then messenger.as_profile(p) else messenger.as_profile_name(p) end;
comment on function messenger.as_profile_for is 'A profile as an account sees it that acts as one of its own (0: none).';

create function messenger.as_card(k messenger.card, profile_name text) returns jsonb
language sql stable parallel safe
return jsonb_build_object('resource', 'card', 'uuid', (k).id, 'profile_id', (k).profile_id, 'profile_name', profile_name,
	'card_name', (k).name, 'data', (k).data, 'preview_url', (k).preview_url, 'is_private', (k).private,
	'created_at', messenger.http_date((k).created), 'modified_at', messenger.http_date((k).modified),
	'modified', (k).modified <> (k).created, 'created_at_int', floor(extract(epoch from (k).created))::bigint,
	'modified_at_int', floor(extract(epoch from (k).modified))::bigint, 'commit_id', (k).commit_id)
	|| case when (k).locked_at is null then '{}' else jsonb_build_object('locked', jsonb_build_object(
		'locked_at', messenger.http_date((k).locked_at), 'locked_by', (k).locked_by, 'why_locked', (k).why_locked)) end
	|| case when (k).deleted_at is null then '{}' else jsonb_build_object('deleted', jsonb_build_object(
		'deleted_at', messenger.http_date((k).deleted_at), 'deleted_by', (k).deleted_by, 'why_deleted', (k).why_deleted)) end;
comment on function messenger.as_card is 'The card object of the contract.';

create function messenger.as_event(e messenger.event, profile bigint) returns json
language sql stable parallel safe
return json_build_object('resource', 'chat_event', 'uuid', (e).id, 'room_id', (e).room_id, 'caused_by_profile_id', profile,
	'caused_by_participant_id', (e).participant_id, 'encrypted', (e).encrypted, 'event_index', (e).event_index,
	'event_type', (e).event_type, 'message', (e).message, 'created_at', messenger.http_date((e).created),
	'modified_at', messenger.http_date((e).modified), 'modified', (e).modified <> (e).created,
	'created_at_int', floor(extract(epoch from (e).created))::bigint,
	'modified_at_int', floor(extract(epoch from (e).modified))::bigint, 'commit_id', (e).commit_id);
comment on function messenger.as_event is 'The event object of the contract.';

create function messenger.as_participant(t messenger.participant, info json) returns json
language sql stable parallel safe
return json_build_object('resource', 'chat_participant', 'uuid', (t).id, 'room_id', (t).room_id, 'room_name', (t).room_name,
	'profile_id', (t).profile_id, 'profile_name', (t).profile_name, 'profile_info', info,
	'created_at', messenger.http_date((t).created), 'modified_at', messenger.http_date((t).modified),
	'modified', (t).modified <> (t).created, 'created_at_int', floor(extract(epoch from (t).created))::bigint,
	'modified_at_int', floor(extract(epoch from (t).modified))::bigint, 'commit_id', (t).commit_id);
comment on function messenger.as_participant is 'The participant object of the contract.';

-- Seven days back, at the beginning of that day.
create function messenger.window_start() returns timestamptz
language sql stable parallel safe
return date_trunc('day', now() at time zone 'UTC') at time zone 'UTC' - interval '7 days';
comment on function messenger.window_start is 'Older events are not shown.';

-- Indexes and times rise together but for transactions that cross: from the first event of the window, and a little before
-- it, both are looked at.
create index event_window on messenger.event (room_id, created);
create function messenger.events_of(room bigint, after_index integer, most integer) returns json
language sql stable parallel safe
return (select coalesce(json_agg(messenger.as_event(e, t.profile_id) order by (e).event_index), '[]')
	from ((select e from messenger.event e
		where after_index < 0 and e.room_id = room and e.created >= messenger.window_start()
		  and e.event_index >= (select f.event_index - 100 from messenger.event f
			where f.room_id = room and f.created >= messenger.window_start() order by f.created limit 1)
		order by e.event_index desc limit most)
		union all
		(select e from messenger.event e
		where after_index >= 0 and e.room_id = room and e.event_index > after_index and e.created >= messenger.window_start()
		order by e.event_index limit most)) w
	join messenger.participant t on t.id = (w.e).participant_id);
comment on function messenger.events_of is 'Events of the window: the newest, or from an index on (not -1) the first behind it.';

create function messenger.as_room(r messenger.room, viewer bigint, acting bigint, events json) returns json
language sql stable parallel safe
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
comment on function messenger.as_room is 'The room object of the contract, as an account sees it that acts as one of its profiles.';

commit;
