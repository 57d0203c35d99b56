-- Verify samovar:cards on pg

begin;

select uuid, number, name, surname, latin_name, account_id, hides_preview, source, record_id from cards.member where false;
select cards.searched(m) from cards.member m where false;
select sha256, bytes, width, height from cards.background where false;
select name, title, background, background_version, layout_version, own_background, own_layout from cards.role where false;
select role, version, body, created, created_by from cards.layout where false;
select code, member_id, role, level, issued, valid_until, status, missing, error, version, drawing, layout_version,
       drawn_at, replaces, withdrawn_at, withdrawn_why, source, record_id from cards.card where false;
select code, card_id, retired from cards.former_code where false;
select card_id, at, actor, what, layout_version, data from cards.history where false;
select day, state, count from cards.look where false;
select id, uuid, role, status, version, member_id, code, account_id, state, json from cards.shown where false;

rollback;
