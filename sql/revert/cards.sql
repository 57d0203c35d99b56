-- Revert samovar:cards from pg

begin;

drop view cards.shown;
drop table cards.look, cards.history, cards.object, cards.former_code, cards.card, cards.layout, cards.role, cards.background;
drop type cards.status;
drop index cards.member_searched;
drop function cards.searched;
drop table cards.member;
delete from job.job where kind in ('card.draw', 'card.redraw', 'card.artefacts', 'card.sweep');

commit;
