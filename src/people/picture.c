#include "people/picture.h"

#include <string.h>

#include "base/conf.h"
#include "base/sign.h"
#include "base/str.h"
#include "db/db.h"
#include "image/inspect.h"
#include "job/job.h"
#include "storage/address.h"
#include "storage/kept.h"

#include "people/picture.sql.h"

#define DAY 86400
#define SIGNED_SECONDS 900
#define SIGNED_STEP 300 /* within it the same signature is given out */

static FIELDS(picture_fields, FIELD(struct picture, id), FIELD(struct picture, state),
	FIELD(struct picture, reason), FIELD(struct picture, account_id),
	FIELD(struct picture, account_uuid), FIELD(struct picture, visibility),
	FIELD(struct picture, bytes), FIELD(struct picture, width),
	FIELD(struct picture, height), FIELD(struct picture, done),
	FIELD(struct picture, format), FIELD(struct picture, created),
	FIELD(struct picture, ready_at));

static FIELDS(shown_fields, FIELD(struct picture_file, variant),
	FIELD(struct picture_file, extension), FIELD(struct picture_file, etag),
	FIELD(struct picture_file, width), FIELD(struct picture_file, height),
	FIELD(struct picture_file, bytes), FIELD(struct picture_file, version_id),
	FIELD(struct picture_file, key));

struct day {
	int64_t count;
	struct utc first;
};

static FIELDS(day_fields, FIELD(struct day, count), FIELD(struct day, first));

static enum err
order(struct ctx *c, const char *kind, const char *id)
{
	return job_add(c, &(struct job_order){.kind = kind, .subject = id, .key = id});
}

/* -- taken in */

/* Not more than so many a day. */
static enum err
within_day(struct ctx *c, int64_t account_id)
{
	struct day day = {0};

	TRY(db_one(c, &PICTURE_TODAY, day_fields, &day,
		ARGS(c, account_id, c->now, conf.people_pictures_a_day)));
	if (day.count < conf.people_pictures_a_day)
		return OK;
	error_detail(c, "retry_after",
		(utc_after(day.first, DAY).us - c->now.us) / US_PER_SECOND + 1);
	return fail(c, E_PICTURE_BUSY, NULL);
}

static enum err
insert(struct ctx *c, int64_t account_id, const struct picture_in *in,
	struct picture *out)
{
	int64_t none = -1;
	struct args args = ARGS(c, account_id, (int64_t)in->size,
		in->cropped ? in->x : none, in->cropped ? in->y : none,
		in->cropped ? in->width : none, in->cropped ? in->height : none,
		in->key, c->now, in->made_of, (const char *)NULL);

	return db_one(c, &PICTURE_INSERT, picture_fields, out,
		args_bytes(c, args, in->bytes, in->size));
}

enum err
picture_add(struct ctx *c, const struct picture_in *in, struct picture *out)
{
	bool repeated = false;
	int64_t id;

	*out = (struct picture){0};
	TRY(db_int(c, &PICTURE_LOCK, &id, ARGS(c, c->actor, true)));
	if (in->key != NULL)
		TRY(db_maybe(c, &PICTURE_REPEATED, picture_fields, out, &repeated,
			ARGS(c, c->actor, in->key)));
	if (repeated)
		return OK;
	if ((int64_t)in->size > conf.people_picture_bytes)
		return fail(c, E_PICTURE_BYTES, NULL);
	if (image_format_of(in->bytes, in->size) == IMAGE_NO_FORMAT)
		return fail(c, E_PICTURE_REFUSED, "not_an_image");
	TRY(within_day(c, c->actor));
	TRY(db_do(c, &PICTURE_REPLACE_WAITING, ARGS(c, c->actor, c->now)));
	TRY(insert(c, c->actor, in, out));
	return order(c, "picture.make", out->id);
}

enum err
picture_add_again(
	struct ctx *c, int64_t account_id, const struct picture_in *in, bool *added)
{
	struct picture p = {0};
	int64_t id, busy;

	TRY(db_int(c, &PICTURE_LOCK, &id, ARGS(c, account_id, true)));
	TRY(db_int(c, &PICTURE_IS_IN_WORK, &busy, ARGS(c, account_id)));
	*added = busy == 0;
	if (!*added)
		return OK;
	TRY(insert(c, account_id, in, &p));
	return order(c, "picture.make", p.id);
}

enum err
picture_announce(struct ctx *c, int64_t size, const char *type, struct picture *out,
	const char **link)
{
	struct kept object = {.type = type, .size = size};
	struct server server = {0};
	int64_t id;

	*out = (struct picture){0};
	if (size > conf.people_picture_bytes)
		return fail(c, E_PICTURE_BYTES, NULL);
	TRY(db_int(c, &PICTURE_LOCK, &id, ARGS(c, c->actor, true)));
	TRY(within_day(c, c->actor));
	TRY(kept_server(c, NULL, &server));
	if (server.is_down)
		return fail(c, E_SERVER_DOWN, NULL);
	TRY(db_one(c, &PICTURE_ANNOUNCED, picture_fields, out,
		ARGS(c, c->actor, size, server.id, c->now)));
	object.key = arena_fmt(
		&c->arena, "people/%s/%s/original", out->account_uuid, out->id);
	TRY(kept_announce(c, "picture", server.id, &object, conf.s3_put_lifetime));
	*link = address_put(c, &server, object.key, size);
	return db_do(c, &PICTURE_COMES_AS, ARGS(c, out->id, object.file_id));
}

struct owner {
	int64_t id;
};

static FIELDS(owner_fields, FIELD(struct owner, id));

static enum err
receive(struct ctx *c, const char *id, bool *found)
{
	struct owner owner = {0};

	TRY(db_maybe(c, &PICTURE_OWNER, owner_fields, &owner, found, ARGS(c, id)));
	if (!*found)
		return OK;
	TRY(db_do(c, &PICTURE_REPLACE_WAITING, ARGS(c, owner.id, c->now)));
	return db_do(c, &PICTURE_RECEIVE, ARGS(c, id, c->now));
}

enum err
picture_arrived(struct ctx *c, const char *id, bool *found)
{
	*found = false;
	TRY(db_begin(c));
	return db_end(c, receive(c, id, found));
}

/* -- read */

enum err
picture_by_id(struct ctx *c, const char *id, struct picture *out)
{
	*out = (struct picture){0};
	return db_one(c, &PICTURE_BY_ID, picture_fields, out,
		ARGS(c, id, conf.people_picture_visibility));
}

enum err
picture_shown(struct ctx *c, int64_t account_id, struct picture *out, bool *found)
{
	*out = (struct picture){0};
	return db_maybe(c, &PICTURE_SHOWN_OF, picture_fields, out, found,
		ARGS(c, account_id, conf.people_picture_visibility));
}

enum err
picture_files(struct ctx *c, const char *id, struct picture_file **out, size_t *count)
{
	return db_many(c, &PICTURE_FILES_OF, shown_fields, out, count, ARGS(c, id));
}

enum err
picture_file(struct ctx *c, const char *id, const char *variant, const char *extension,
	struct picture *picture, struct picture_file *out)
{
	*out = (struct picture_file){0};
	TRY(picture_by_id(c, id, picture));
	return db_one(c, &PICTURE_FILE_SHOWN, shown_fields, out,
		ARGS(c, id, variant, extension));
}

const char *
picture_key(struct ctx *c, const struct picture *p, size_t file)
{
	if (file == PERSON_FILES)
		return arena_fmt(&c->arena, "people/%s/%s/" PERSON_ORIGINAL ".jpg",
			p->account_uuid, p->id);
	return arena_fmt(&c->arena, "people/%s/%s/%s.%s", p->account_uuid, p->id,
		person_variants[file / PERSON_FORMATS].name,
		person_formats[file % PERSON_FORMATS].extension);
}

/* -- changed */

struct gone {
	const char *id;
};

static FIELDS(gone_fields, FIELD(struct gone, id));

static enum err
order_removals(struct ctx *c, const struct gone *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		TRY(order(c, "picture.remove", list[i].id));
	return OK;
}

enum err
picture_remove(struct ctx *c, int64_t account_id, int64_t *count)
{
	struct gone *list;
	int64_t id;
	size_t n;

	TRY(db_int(c, &PICTURE_LOCK, &id, ARGS(c, account_id, false)));
	TRY(db_many(c, &PICTURE_TAKE_AWAY, gone_fields, &list, &n,
		ARGS(c, account_id, c->now)));
	*count = (int64_t)n;
	return order_removals(c, list, n);
}

enum err
picture_set_visibility(struct ctx *c, const char *visibility)
{
	return db_do(c, &PICTURE_SHOW_TO, ARGS(c, c->actor, visibility, c->now));
}

enum err
picture_sweep(struct ctx *c)
{
	struct gone *list;
	size_t count;

	TRY(db_many(c, &PICTURE_FAIL_ABANDONED, gone_fields, &list, &count,
		ARGS(c, c->now)));
	TRY(order_removals(c, list, count));
	TRY(db_many(c, &PICTURE_UNCLEAN, gone_fields, &list, &count, ARGS(c, c->now)));
	TRY(order_removals(c, list, count));
	return db_do(c, &PICTURE_FORGET, ARGS(c, c->now));
}

/* -- signed */

const char *
picture_signature(struct ctx *c, const char *path)
{
	int64_t now = c->now.us / US_PER_SECOND;
	int64_t expires = now - now % SIGNED_STEP + SIGNED_SECONDS;

	return arena_fmt(&c->arena, "expires=%lld&signature=%s", (long long)expires,
		sign_path(c, "picture", path, expires));
}

bool
picture_signature_holds(
	struct ctx *c, const char *path, const char *expires, const char *given)
{
	return sign_holds(c, "picture", path, expires, given);
}
