-- Revert samovar:text_normal_form from pg

begin;

alter table account.account drop username_skeleton;

commit;
