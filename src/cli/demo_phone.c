#include "cli/demo_phone.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "account/account.h"
#include "base/conf.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/install_paths.h"
#include "base/json.h"
#include "base/str.h"
#include "db/db.h"
#include "messenger/upload.h"
#include "messenger/user.h"
#include "storage/kept.h"
#include "store/bucket.h"
#include "store/disk.h"
#include "store/object.h"

#include "cli/demo_phone.sql.h"

#define PASSWORD "qwe12345"
#define NAME_DIGITS 32 /* of a file's name */

/* The file, and the accounts that were made of it, as an array of PostgreSQL. */
struct demo_people {
	const char *text;
	struct json_object *list;
	struct buf accounts, pictures;
	int64_t first;
};

static enum err
read_file(struct ctx *c, struct demo_people *d)
{
	const char *path =
		arena_fmt(&c->arena, "%s/messenger/demo.json", install_folder());
	struct json_object *json;
	size_t size;

	d->text = file_get(c, path, &size);
	if (d->text == NULL)
		return fail(c, E_MISSING, "%s: %s", path, strerror(errno));
	TRY(json_read(c, d->text, size, &json));
	d->list = json_member(json, "people", json_type_array);
	return d->list != NULL ? OK : fail(c, E_MISSING, "%s has no people", path);
}

/* One hash is enough for all: a hash takes tens of milliseconds. */
static enum err
add_person(struct ctx *c, struct demo_people *d, struct json_object *person)
{
	const char *id = json_text(person, "id");
	struct account a = {.username = id,
		.email = arena_fmt(&c->arena, "%s@example.com", id),
		.name = json_text(person, "name"),
		.surname = ""};
	const char *before = d->first == 0 ? "{" : ",";

	TRY(account_add(c, &a, d->first == 0 ? PASSWORD : NULL));
	TRY(user_add(c, a.id, a.name));
	buf_fmt(&d->accounts, "%s%" PRId64, before, a.id);
	buf_fmt(&d->pictures, "%s%.*s.jpg", before, NAME_DIGITS,
		sha256_hex(&c->arena, a.email, strlen(a.email)));
	if (d->first == 0)
		d->first = a.id;
	return OK;
}

/* Whoever may do everything elsewhere administers the messenger, too. */
static enum err
give_administrator(struct ctx *c)
{
	struct account admin = {0};

	TRY(account_by_any(c, "admin", &admin));
	return account_grant(c, &admin, "can_manage_messenger");
}

static enum err
add_people(struct call *call)
{
	struct ctx *c = &call->ctx;
	struct demo_people d = {
		.accounts = {.arena = &c->arena}, .pictures = {.arena = &c->arena}};
	int64_t there;

	TRY(db_int(c, &DEMO_PHONES_THERE, &there, ARGS(c)));
	if (there > 0)
		return OK;
	TRY(read_file(c, &d));
	for (size_t i = 0; i < json_object_array_length(d.list); i++)
		TRY(add_person(c, &d, json_object_array_get_idx(d.list, i)));
	buf_add(&d.accounts, "}");
	buf_add(&d.pictures, "}");
	const char *accounts = buf_text(&d.accounts);
	TRY(give_administrator(c));
	TRY(db_do(c, &DEMO_PHONE_PASSWORDS, ARGS(c, d.first, accounts)));
	TRY(db_do(c, &DEMO_PHONE_PROFILES, ARGS(c, d.text, accounts)));
	TRY(db_do(c, &DEMO_PHONE_CARDS, ARGS(c, accounts, buf_text(&d.pictures))));
	TRY(db_do(c, &DEMO_PHONE_RELATIONS, ARGS(c, d.text, accounts)));
	return db_do(c, &DEMO_PHONE_TALK, ARGS(c, d.text, accounts, c->now));
}

/* -- pictures of their cards */

struct picture {
	int64_t id, account_id;
	const char *filename, *username;
};

static FIELDS(picture_fields, FIELD(struct picture, id),
	FIELD(struct picture, account_id), FIELD(struct picture, filename),
	FIELD(struct picture, username));

static enum err
add_picture(struct ctx *c, const struct server *city, const struct picture *p)
{
	const char *path =
		arena_fmt(&c->arena, "%s/people/%s.jpg", install_folder(), p->username);
	const struct object_name name = {
		city->name, conf.s3_bucket, upload_key(c, p->account_id, p->filename)};
	const struct put_expectation any = {.size = -1};
	struct object_new new = {.content_type = "image/jpeg", .wish = &any};
	struct store_object made = {0};

	new.bytes = file_get(c, path, &new.size);
	if (new.bytes == NULL)
		return fail(c, E_MISSING, "%s: %s", path, strerror(errno));
	TRY(object_put(c, &name, &new, &made));
	return upload_came(c, p->id, city->id, made.etag, made.size);
}

static enum err
add_pictures(struct ctx *c)
{
	struct server city = {0};
	struct picture *list;
	size_t count;

	TRY(db_many(c, &DEMO_PHONE_PICTURES_MISSING, picture_fields, &list, &count,
		ARGS(c)));
	if (count == 0)
		return OK;
	TRY(kept_server(c, NULL, &city));
	TRY(bucket_add(c, city.name, conf.s3_bucket));
	for (size_t i = 0; i < count; i++)
		TRY(add_picture(c, &city, &list[i]));
	return OK;
}

enum err
demo_phones(struct call *call)
{
	struct ctx *c = &call->ctx;

	TRY(call_in_tx(call, add_people));
	if (add_pictures(c) != OK) {
		printf("cards of phone people are without pictures: %s\n",
			c->why == NULL ? "no store of this machine" : c->why);
		ctx_clear_error(c);
	}
	return OK;
}
