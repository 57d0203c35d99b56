-- Verify samovar:cards_certificates on pg

begin;

select participant_id from cards.member where false;
select number, title, programme_member_id from cards.card where false;

rollback;
