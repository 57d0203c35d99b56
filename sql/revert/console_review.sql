-- Revert samovar:console_review from pg

begin;

drop table programme.review_decision;
drop table programme.review_claim;
alter table programme.report drop column decline_reason_id;
drop table programme.decline_reason;

commit;
