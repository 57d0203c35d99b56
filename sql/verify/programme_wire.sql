-- Verify samovar:programme_wire on pg

begin;

select programme.as_shift(s) from programme.shift s where false;
select programme.as_request(r) from programme.request r where false;
select programme.as_report(r) from programme.report r where false;
select programme.as_task(t) from programme.task t where false;
select phashes, similar_to, similar_bits from programme.report_photo where false;
select id, report_id, chat_id, file_id, unique_id, received from programme.photo_intake where false;

rollback;
