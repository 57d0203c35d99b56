-- Verify samovar:console_review on pg

begin;

select id, position, title, message, is_archived, created from programme.decline_reason where false;
select report_id, account_id, until from programme.review_claim where false;
select id, report_id, account_id, attempt, approved, reason_id, created from programme.review_decision where false;
select decline_reason_id from programme.report where false;

rollback;
