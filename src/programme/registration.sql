-- name: registration_shift
-- Open for registration: 8.8. With two of them it is the one in preparation.
select id, status from programme.shift
 where status = 'preparing' or (status = 'started' and started_at + $2::integer >= $1::date)
 order by status = 'preparing' desc, started_at desc limit 1
   for share;

-- name: registration_request
select id, status, is_repeated from programme.request where participant_id = $1 and shift_id = $2 for update;

-- name: registration_history
-- What would bear another name: memberships, and applications to other shifts than $2.
select (select count(*) from programme.member where participant_id = $1)
     + (select count(*) from programme.request where participant_id = $1 and shift_id <> $2);

-- name: registration_phone_taken
select count(*) from programme.participant where phone_number = $1 and telegram_id <> $2::bigint;

-- name: registration_add_person
insert into programme.participant (name, surname, date_of_birth, city, phone_number, telegram_id, created, updated)
values ($1, $2, $3::date, $4, $5, $6::bigint, utc($7), utc($7))
returning id;

-- name: registration_change_person
update programme.participant
   set name = $2, surname = $3, date_of_birth = $4::date, city = $5, phone_number = $6, status = 'pending', updated = utc($7)
 where id = $1 and (name, surname, date_of_birth, city, phone_number) is distinct from ($2, $3, $4::date, $5, $6);

-- name: registration_add_request
insert into programme.request (participant_id, shift_id, created, updated) values ($1, $2, utc($3), utc($3));

-- name: registration_reopen_request
update programme.request
   set status = 'pending', is_repeated = is_repeated + 1, reviewed_by = null, reviewed_at = null, updated = utc($2)
 where id = $1;
