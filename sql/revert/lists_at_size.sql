-- Revert samovar:lists_at_size from pg

begin;

drop trigger shift_count_delete on programme.member;
drop trigger shift_count_insert on programme.member;
drop function programme.shift_count();
drop table programme.shift_size;
drop function storage.files_with(bigint, text, uuid, bigint);
drop index storage.file_name_pieces;

commit;
