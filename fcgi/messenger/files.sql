-- name: messenger_picture : E_PERSON_GONE
select profile_image as url from messenger.person where account_id = $1;

-- name: messenger_picture_set
update messenger.person set profile_image = $2, modified = utc($3), commit_id = messenger.new_commit_id() where account_id = $1;
