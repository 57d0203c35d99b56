#include "people/picture_job.h"

#include <sodium.h>
#include <string.h>

#include "base/conf.h"
#include "base/log.h"
#include "base/str.h"
#include "db/counted.h"
#include "db/db.h"
#include "image/image.h"
#include "people/picture.h"
#include "storage/kept.h"

#include "people/picture_job.sql.h"

#define MOST_SIDE 12000 /* pixels */
#define MOST_SHAPE 5
#define MOST_FRAMES 60

/* A picture in work. */
struct work {
	const char *id, *account_uuid;
	int64_t account_id;
	int64_t crop_x, crop_y, crop_width, crop_height;
	const char *server_id;
	struct utc created;
	const char *upload_id; /* the file that it came as; "": its bytes are ours */
	const char *made_of;   /* "original", "file"; "": what its owner sent */
	struct server server;
	struct image_person made;
	struct image_original original; /* no bytes: it is not kept */
	struct kept kept[PERSON_FILES + 1];
};

static FIELDS(work_fields, FIELD(struct work, id), FIELD(struct work, account_id),
	FIELD(struct work, account_uuid), FIELD(struct work, crop_x),
	FIELD(struct work, crop_y), FIELD(struct work, crop_width),
	FIELD(struct work, crop_height), FIELD(struct work, upload_id),
	FIELD(struct work, made_of), FIELD(struct work, created));

static FIELDS(over_fields, FIELD(struct work, id), FIELD(struct work, account_id),
	FIELD(struct work, account_uuid), FIELD(struct work, server_id));

struct found {
	const char *id;
};

struct place_chosen {
	const char *id;
	bool announced;
};

static FIELDS(place_fields, FIELD(struct place_chosen, id),
	FIELD(struct place_chosen, announced));

static FIELDS(found_fields, FIELD(struct found, id));

static enum err
order_removal(struct ctx *c, const char *id)
{
	return job_add(c, &(struct job_order){
				  .kind = "picture.remove", .subject = id, .key = id});
}

static const char *
key_of(struct ctx *c, const struct work *w, size_t i)
{
	return picture_key(
		c, &(struct picture){.id = w->id, .account_uuid = w->account_uuid}, i);
}

/* -- what it was uploaded as */

static enum err
read_original(struct ctx *c, const char *id, struct image_blob *out)
{
	const char *digits = NULL;
	size_t n;

	TRY(db_json(c, &PICTURE_ORIGINAL, &digits, ARGS(c, id)));
	n = digits == NULL ? 0 : strlen(digits);
	unsigned char *bytes = arena_new(&c->arena, n / 2 + 1);
	if (n > 0 && sodium_hex2bin(bytes, n / 2, digits, n, NULL, NULL, NULL) != 0)
		return fail(c, E_BUG, "bytes that are none");
	*out = (struct image_blob){bytes, n / 2};
	return OK;
}

/* What came to a server. Nothing of it is believed but its size. */
static enum err
fetch_original(struct ctx *c, const char *upload_id, struct image_blob *out)
{
	struct kept_arrived a = {0};
	struct s3_bytes got = {0};
	struct server from = {0};

	TRY(kept_arrived(c, upload_id, &a));
	if (a.version_id == NULL)
		return fail(c, E_BUSY, "its bytes have not come yet");
	out->size = (size_t)a.size;
	if (a.size > conf.people_picture_bytes)
		return OK;
	TRY(server_holding(
		c, a.version_id, (struct geo_point){.in_order = true}, true, &from));
	const struct s3_object o = kept_at(c, &from, a.key);
	TRY(server_answered(c, &from,
		s3_get_bytes(c, &o, (size_t)conf.people_picture_bytes, &got)));
	if (got.bytes == NULL)
		return fail(c, E_BUSY, "the server has not got what came");
	*out = (struct image_blob){got.bytes, got.n};
	return OK;
}

/* -- the files */

/* What is too much for one JPEG of it is shown all the same. E_BUSY: the image process
 * has no time; it is tried again. */
static enum err
keep_original(struct ctx *c, struct work *w, struct image_blob picture,
	const struct person_wish *wish)
{
	enum err e = image_original(c, picture, wish, &w->original);

	if (e == E_BUSY || (e == OK && (int64_t)w->original.file.size <=
					       conf.people_picture_bytes))
		return e;
	log_info("the original of picture %s is not kept", w->id);
	w->original = (struct image_original){0};
	ctx_clear_error(c);
	return OK;
}

static enum err
render(struct ctx *c, struct work *w)
{
	const struct person_wish wish = {.x = w->crop_x,
		.y = w->crop_y,
		.width = w->crop_width,
		.height = w->crop_height,
		.least = conf.people_picture_min,
		.most = MOST_SIDE,
		.pixels = conf.people_picture_pixels,
		.frames = MOST_FRAMES,
		.shape = MOST_SHAPE};
	struct image_blob original = {0};

	TRY(w->upload_id[0] == '\0' ? read_original(c, w->id, &original)
				    : fetch_original(c, w->upload_id, &original));
	if ((int64_t)original.size > conf.people_picture_bytes) {
		w->made.refused = "too_large";
		return OK;
	}
	TRY(image_person(c, original, &wish, &w->made));
	if (w->made.refused != NULL)
		return OK;
	if (str_eq(w->made_of, "original")) /* it stays as it is, byte for byte */
		w->original = (struct image_original){
			original, w->made.width, w->made.height};
	else if (w->made_of[0] == '\0' && conf.people_keep_original)
		return keep_original(c, w, original, &wish);
	return OK;
}

static size_t
count_of(const struct work *w)
{
	return PERSON_FILES + (w->original.file.size > 0);
}

static enum err
put_file(struct ctx *c, struct work *w, size_t i)
{
	bool original = i == PERSON_FILES;
	const struct image_blob *file =
		original ? &w->original.file : &w->made.made[i].file;
	struct kept *k = &w->kept[i];

	k->key = key_of(c, w, i);
	k->type = original ? "image/jpeg" : person_formats[i % PERSON_FORMATS].type;
	k->size = (int64_t)file->size;
	const struct s3_object o = kept_at(c, &w->server, k->key);
	return server_answered(c, &w->server,
		s3_put_bytes(c, &o, file->bytes, file->size, k->type, &k->etag));
}

/* Durable at the server before anybody is told. */
static enum err
put_files(struct ctx *c, struct work *w)
{
	if (count_of(w) > PERSON_FILES)
		TRY(put_file(c, w, PERSON_FILES));
	for (size_t i = 0; i < PERSON_FILES; i++) {
		TRY(put_file(c, w, i));
		if (i % PERSON_FORMATS == PERSON_FORMATS - 1)
			TRY(db_do(
				c, &PICTURE_PROGRESS, ARGS(c, w->id, (int64_t)i + 1)));
	}
	return OK;
}

static enum err
note_original(struct ctx *c, const struct work *w)
{
	const struct kept *k = &w->kept[PERSON_FILES];

	return db_do(c, &PICTURE_FILE_ADD,
		ARGS(c, w->id, PERSON_ORIGINAL, "jpg", w->original.width,
			w->original.height, k->size, k->etag, k->file_id));
}

static enum err
note_files(struct ctx *c, struct work *w)
{
	TRY(kept_add(c, "picture", w->server.id, w->kept, count_of(w)));
	for (size_t i = 0; i < PERSON_FILES; i++)
		TRY(db_do(c, &PICTURE_FILE_ADD,
			ARGS(c, w->id, person_variants[i / PERSON_FORMATS].name,
				person_formats[i % PERSON_FORMATS].extension,
				w->made.made[i].width, w->made.made[i].height,
				w->kept[i].size, w->kept[i].etag, w->kept[i].file_id)));
	return count_of(w) > PERSON_FILES ? note_original(c, w) : OK;
}

/* How long it took: the first bound in seconds that is not passed, and all together. */
static enum err
count_ready(struct ctx *c, const struct work *w)
{
	static const int bounds[] = {1, 2, 3, 5, 10, 30, 60, 300};
	double seconds = (double)(utc_now().us - w->created.us) / US_PER_SECOND;
	const char *bound = "+Inf";

	for (size_t i = sizeof(bounds) / sizeof(*bounds); i-- > 0;)
		if (seconds <= bounds[i])
			bound = arena_fmt(&c->arena, "%d", bounds[i]);
	TRY(counted(c, "picture_ready", bound, 1));
	return counted(c, "picture_ready_ms", "", (int64_t)(seconds * 1000));
}

/* One transaction: its files are known, it is shown, the one before it goes. Somebody
 * may have uploaded a newer one meanwhile, or taken it away. */
static enum err
show(struct ctx *c, struct work *w, bool *wanted)
{
	struct found person = {0}, *before;
	size_t count;

	TRY(db_maybe(c, &PICTURE_OWN, found_fields, &person, wanted, ARGS(c, w->id)));
	if (*wanted)
		TRY(db_maybe(c, &PICTURE_STILL_WANTED, found_fields, &person, wanted,
			ARGS(c, w->id)));
	if (!*wanted)
		return OK;
	TRY(db_many(c, &PICTURE_SUPERSEDE, found_fields, &before, &count,
		ARGS(c, w->account_id, w->id, c->now)));
	for (size_t i = 0; i < count; i++)
		TRY(order_removal(c, before[i].id));
	TRY(note_files(c, w));
	if (w->upload_id[0] != '\0')
		TRY(kept_drop(c, w->upload_id));
	TRY(count_ready(c, w));
	return db_do(c, &PICTURE_SHOW,
		ARGS(c, w->id, w->made.width, w->made.height, w->made.format,
			(int64_t)PERSON_FILES, utc_now()));
}

static enum err
make(struct ctx *c, struct work *w)
{
	bool wanted = false;

	TRY(render(c, w));
	if (w->made.refused != NULL) {
		log_info("picture %s refused: %s", w->id, w->made.refused);
		TRY(db_do(c, &PICTURE_REFUSE,
			ARGS(c, w->id, w->made.refused, w->made.width, w->made.height,
				w->made.format, c->now)));
		return order_removal(c, w->id);
	}
	TRY(put_files(c, w));
	TRY(db_begin(c));
	TRY(db_end(c, show(c, w, &wanted)));
	return wanted ? OK : order_removal(c, w->id);
}

/* The last try has failed: that it is ours to mend is in the queue, parked. */
static enum err
give_up(struct ctx *c, const char *id, enum err e)
{
	const char *why = c->why == NULL ? NULL : arena_str(&c->arena, c->why);

	ctx_clear_error(c);
	TRY(db_do(c, &PICTURE_FAIL, ARGS(c, id, c->now)));
	TRY(order_removal(c, id));
	return fail(c, e, "%s", why == NULL ? err_sentence(e) : why);
}

/* Notes where the files go and takes the picture up; *found: it is still to be made. */
static enum err
begin(struct ctx *c, const char *id, struct work *w, bool *found)
{
	struct place_chosen place = {0};

	TRY(db_maybe(c, &PICTURE_PLACE, place_fields, &place, found, ARGS(c, id)));
	if (*found && place.announced)
		TRY(picture_arrived(c, id, found));
	if (!*found)
		return OK;
	TRY(kept_server(c, place.id[0] == '\0' ? NULL : place.id, &w->server));
	return db_maybe(c, &PICTURE_BEGIN, work_fields, w, found,
		ARGS(c, id, w->server.id, c->now));
}

enum err
picture_make_job(struct ctx *c, const struct job *job)
{
	struct work *w = arena_new(&c->arena, sizeof(*w));
	bool found = false;

	enum err e = begin(c, job->subject, w, &found);
	if (e == OK && !found) /* over meanwhile; a try may have left something */
		return order_removal(c, job->subject);
	if (e == OK)
		e = make(c, w);
	if (e == OK || job->tries < job->max_tries)
		return e;
	return give_up(c, job->subject, e);
}

/* -- gone */

static enum err
drop_files(struct ctx *c, const char *id)
{
	struct found *list;
	size_t count;

	TRY(db_many(c, &PICTURE_DROP_FILES, found_fields, &list, &count, ARGS(c, id)));
	for (size_t i = 0; i < count; i++)
		TRY(kept_drop(c, list[i].id));
	return OK;
}

/* What a try has put to its server and nobody has noted. */
static enum err
drop_strays(struct ctx *c, struct work *w)
{
	bool stray;

	enum err e = server_own(c, w->server_id, &w->server);
	if (e == E_SERVER_NOT_FOUND) {
		ctx_clear_error(c);
		return OK;
	}
	TRY(e);
	if (!w->server.is_on)
		return OK; /* reconciliation sees them */
	for (size_t i = 0; i <= PERSON_FILES; i++) {
		const struct s3_object o = kept_at(c, &w->server, key_of(c, w, i));

		TRY(kept_is_stray(c, o.key, &stray));
		if (stray)
			TRY(server_answered(c, &w->server, s3_delete(c, &o)));
	}
	return OK;
}

enum err
picture_remove_job(struct ctx *c, const struct job *job)
{
	struct work *w = arena_new(&c->arena, sizeof(*w));
	bool found = false;

	TRY(db_maybe(c, &PICTURE_OVER, over_fields, w, &found, ARGS(c, job->subject)));
	if (!found)
		return OK;
	TRY(db_begin(c));
	TRY(db_end(c, drop_files(c, w->id)));
	if (w->server_id[0] != '\0')
		TRY(drop_strays(c, w));
	return db_do(c, &PICTURE_CLEANED, ARGS(c, w->id));
}

/* -- made again */

static FIELDS(crop_fields, FIELD(struct picture_in, cropped),
	FIELD(struct picture_in, x), FIELD(struct picture_in, y),
	FIELD(struct picture_in, width), FIELD(struct picture_in, height));

/* What others can be made of: the original, where it is kept, with the part of it that
 * is to be shown; else all of the largest file. */
static enum err
best_file(struct ctx *c, const struct picture *p, struct picture_file *f,
	struct picture_in *out, bool *found)
{
	struct picture shown;

	*found = true;
	enum err e = picture_file(c, p->id, PERSON_ORIGINAL, "jpg", &shown, f);
	if (e == OK) {
		out->made_of = "original";
		return db_one(c, &PICTURE_CROP, crop_fields, out, ARGS(c, p->id));
	}
	if (e == E_PICTURE_GONE) {
		ctx_clear_error(c);
		e = picture_file(c, p->id, person_variants[0].name, "webp", &shown, f);
	}
	if (e == E_PICTURE_GONE) {
		ctx_clear_error(c);
		*found = false;
		return OK;
	}
	TRY(e);
	*out = (struct picture_in){.cropped = true,
		.width = f->width,
		.height = f->height,
		.made_of = "file"};
	return OK;
}

static enum err
best_bytes(struct ctx *c, const struct picture *p, struct picture_in *out, bool *found)
{
	struct picture_file f;
	struct s3_bytes got = {0};
	struct server from = {0};

	TRY(best_file(c, p, &f, out, found));
	if (!*found)
		return OK;
	TRY(server_holding(
		c, f.version_id, (struct geo_point){.in_order = true}, true, &from));
	const struct s3_object o = kept_at(c, &from, f.key);
	TRY(server_answered(c, &from, s3_get_bytes(c, &o, (size_t)f.bytes, &got)));
	if (got.bytes == NULL)
		return fail(c, E_BUSY, "the server has not got the file");
	out->bytes = got.bytes;
	out->size = got.n;
	return OK;
}

enum err
picture_rebuild_job(struct ctx *c, const struct job *job)
{
	struct picture_in in = {0};
	struct picture p;
	bool found, added;

	enum err e = picture_by_id(c, job->subject, &p);
	if (e == E_PICTURE_GONE || (e == OK && !str_eq(p.state, "ready"))) {
		ctx_clear_error(c);
		return OK; /* over meanwhile */
	}
	TRY(e);
	TRY(best_bytes(c, &p, &in, &found));
	if (!found)
		return OK;
	TRY(db_begin(c));
	return db_end(c, picture_add_again(c, p.account_id, &in, &added));
}

enum err
picture_sweep_job(struct ctx *c, const struct job *job)
{
	(void)job;
	return picture_sweep(c);
}
