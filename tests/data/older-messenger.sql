-- An older server's database of $N users with what such databases have collected: data encoded twice, event indexes that are
-- there twice, rows whose other end is gone, names that differ by case only. $N is replaced by a number.
create type relation_status as enum ('FOLLOW', 'HIDE', 'BLOCK', 'FOLLOW_REQUESTED');
create type event_kind as enum ('PARTICIPANT_IN', 'PARTICIPANT_OUT', 'PARTICIPANT_KICKED', 'MESSAGE_POSTED', 'MESSAGE_POSTED_IMAGE', 'MESSAGE_DELETED');
create table "TB_USER" (uuid bigint primary key, id text, nickname text, pw text, pw_changed_at timestamp, email text, email_verified boolean,
	last_login_date timestamp, login_fail_count int, locked_at timestamp, why_locked text, deactivated_at timestamp, why_deactivated text,
	private boolean, description text, profile_image text, role text, created_at timestamp, modified_at timestamp, commit_id varchar(64));
create table "TB_PROFILE" (uuid bigint primary key, user_id bigint, name text, team_name text, description text, data text, image_url text,
	email text, phone text, address text, sns text, locked_at timestamp, why_locked text, locked_by_id bigint, deleted_at timestamp,
	why_deleted text, deleted_by_id bigint, private boolean, modifiable boolean, is_follow_list_public boolean, can_annonymous_invite boolean,
	created_at timestamp, modified_at timestamp, commit_id varchar(64));
create table "TB_PROFILE_RELATION" (uuid bigint primary key, from_user_id bigint, from_profile_id bigint, to_user_id bigint, to_profile_id bigint,
	status relation_status, created_at timestamp, modified_at timestamp, commit_id varchar(64));
create table "TB_CARD" (uuid bigint primary key, user_id bigint, profile_id bigint, name text, data text, preview_url text, locked_at timestamp,
	why_locked text, deleted_at timestamp, why_deleted text, private boolean, modifiable boolean, created_at timestamp, modified_at timestamp,
	commit_id varchar(64));
create table "TB_CARD_SUBSCRIPTION" (uuid bigint primary key, card_user_id bigint, card_profile_id bigint, card_id bigint, subscribed_user_id bigint,
	subscribed_profile_id bigint, created_at timestamp, modified_at timestamp, commit_id varchar(64));
create table "TB_CHAT_ROOM" (uuid bigint primary key, name text, description text, created_by_user_id bigint, created_by_profile_id bigint,
	owner_user_id bigint, owner_profile_id bigint, participant_count int, deleted_at timestamp, locked boolean, private boolean,
	encrypted boolean, created_at timestamp, modified_at timestamp, commit_id varchar(64));
create table "TB_CHAT_PARTICIPANT" (uuid bigint primary key, room_id bigint, room_name text, profile_name text, user_id bigint, profile_id bigint,
	created_at timestamp, modified_at timestamp, commit_id varchar(64));
create table "TB_CHAT_EVENT" (uuid bigint primary key, event_index int, event_type event_kind, message text, room_id bigint,
	caused_by_user_id bigint, caused_by_profile_id bigint, caused_by_participant_id bigint, encrypted boolean, created_at timestamp,
	modified_at timestamp, commit_id varchar(64));
create table "TB_UPLOADED_FILE" (uuid bigint primary key, uploaded_by_id bigint, mimetype text, size bigint, filename text, original_filename text,
	additional_data text, alternative_data text, post_process_data text, locked_at timestamp, why_locked text, deleted_at timestamp,
	deleted_by_id bigint, private boolean, readable boolean, writable boolean, created_at timestamp, modified_at timestamp, commit_id varchar(64));

create function commit_id() returns text language sql volatile return md5(random()::text) || md5(random()::text);

-- The last two are refused: a name that differs by case only, and no address.
insert into "TB_USER" select n, 'old' || n, '별명 ' || n, '$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHRzb21lc2FsdA$x', '2022-01-01', 'old' || n || '@example.com',
	n % 2 = 0, '2022-02-02', 0, case when n % 500 = 0 then timestamp '2022-03-03' end, case when n % 500 = 0 then 'TOO_MUCH_LOGIN_FAIL' end,
	null, null, false, null, null, case when n = 1 then '["admin", {"type": "profile", "id": 1}]' else '[]' end, '2022-01-01', '2022-01-02', commit_id()
  from generate_series(1, $N) n;
insert into "TB_USER" (uuid, id, nickname, pw, email, created_at, modified_at) values
	($N + 1, 'OLD1', 'another', 'x', 'else@example.com', '2022-01-01', '2022-01-01'), ($N + 2, 'mailless', 'mailless', 'x', null, '2022-01-01', '2022-01-01');
insert into "TB_PROFILE" (uuid, user_id, name, data, phone, private, modifiable, is_follow_list_public, can_annonymous_invite, created_at, modified_at, commit_id)
select n, n, '이름 ' || n, case when n % 3 = 0 then to_json(d)::text else d end, '{"집":"1"}', n % 4 = 0, true, false, false, '2022-01-01', '2022-01-01', commit_id()
  from generate_series(1, $N) n, lateral (select '{"phone":{"index":0,"value":{"집":{"index":0,"value":"' || n || '"}}}}' as d) x;
insert into "TB_PROFILE" (uuid, user_id, name, data, created_at, modified_at) values
	($N + 1, $N + 1000, 'of nobody', '{}', '2022-01-01', '2022-01-01'), ($N + 2, 2, 'broken', '{', '2022-01-01', '2022-01-01');
-- Each follows five others; one in a hundred twice, and one a profile that is gone.
insert into "TB_PROFILE_RELATION" select n * 5 + k, n, n, (n + k) % $N + 1, (n + k) % $N + 1,
	(array['FOLLOW', 'HIDE', 'BLOCK', 'FOLLOW_REQUESTED', 'FOLLOW'])[k + 1]::relation_status, '2022-01-01', '2022-01-01', commit_id()
  from generate_series(1, $N) n, generate_series(0, 4) k where (n + k) % $N + 1 <> n;
insert into "TB_PROFILE_RELATION" select $N * 6 + n, n, n, n + 1, n + 1, 'FOLLOW', '2022-01-01', '2022-01-01', commit_id() from generate_series(100, $N - 1, 100) n;
insert into "TB_PROFILE_RELATION" values ($N * 8, 1, 1, 0, $N * 9, 'FOLLOW', '2022-01-01', '2022-01-01', commit_id());
insert into "TB_UPLOADED_FILE" (uuid, uploaded_by_id, mimetype, size, filename, original_filename, private, created_at, modified_at)
select n, n, 'image/png', 4, case when n = 7 then '_' else 'f' end || n || '.png', 'a.png', false, '2022-01-01', '2022-01-01' from generate_series(1, $N / 2) n;
insert into "TB_CARD" select n, n, n, '명함', to_json('{"image":"/uploads/f' || n || '.png"}')::text, '/uploads/f' || n || '.png', null, null, null, null,
	false, true, '2022-01-01', '2022-01-01', commit_id() from generate_series(1, $N / 2) n;
insert into "TB_CARD" (uuid, user_id, profile_id, name, data, preview_url, created_at, modified_at)
values ($N, 1, 1, 'again', '{}', '/uploads/f1.png', '2022-01-01', '2022-01-01'), ($N + 1, 1, 1, 'bare', '{}', '', '2022-01-01', '2022-01-01');
insert into "TB_CARD_SUBSCRIPTION" select n, n, n, n, n + 1, n + 1, '2022-01-01', '2022-01-01', commit_id() from generate_series(1, $N / 2) n;
-- Rooms of two; in each tenth the owner has left, its row with him. Indexes are there twice.
insert into "TB_CHAT_ROOM" select n, '방 ' || n, null, n, n, n, n, 2, null, false, true, false, '2022-01-01', '2022-01-01', commit_id() from generate_series(1, $N / 4) n;
insert into "TB_CHAT_PARTICIPANT" select n * 2 + k, n, '방', '이름', n + k, n + k, '2022-01-01', '2022-01-01', commit_id()
  from generate_series(1, $N / 4) n, generate_series(0, 1) k where not (n % 10 = 0 and k = 0);
insert into "TB_CHAT_EVENT" select n * 10 + k, k / 2, 'MESSAGE_POSTED', '안녕 ' || k, n, n + k % 2, n + k % 2, n * 2 + k % 2, false,
	'2022-01-01', '2022-01-01', commit_id() from generate_series(1, $N / 4) n, generate_series(0, 7) k;
