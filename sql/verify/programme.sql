-- Verify samovar:programme on pg

begin;

select id, status, sequence_number, started_at, finished_at, title, final_message, tasks, created, updated
  from programme.shift where false;
select id, sequence_number, url, title, is_archived, picture_sha256, telegram_file_id, created, updated
  from programme.task where false;
select id, account_id, name, surname, date_of_birth, city, phone_number, telegram_id, status, telegram_blocked,
       is_test_user, created, updated
  from programme.participant where false;
select id, participant_id, shift_id, status, is_repeated, reviewed_by, reviewed_at, created, updated
  from programme.request where false;
select id, participant_id, shift_id, status, numbers_lombaryers, excluded_at, created, updated
  from programme.member where false;
select id, shift_id, task_id, member_id, task_date, status, report_url, uploaded_at, number_attempt, reviewed_by,
       reviewed_at, created, updated
  from programme.report where false;
select id, report_id, attempt, url, sha256, phash, bytes, content_type, telegram_file_id, telegram_unique_id, created
  from programme.report_photo where false;

select 1 / (count(*) = 2 and bool_and(indisunique))::int
  from pg_index
 where indexrelid in ('programme.shift_one_preparing'::regclass, 'programme.shift_one_started'::regclass);

rollback;
