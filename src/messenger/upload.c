#include "messenger/upload.h"

#include <ctype.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/conf.h"
#include "base/json.h"
#include "base/log.h"
#include "base/rand.h"
#include "base/str.h"
#include "db/db.h"
#include "image/image.h"
#include "image/inspect.h"
#include "image/lean.h"
#include "s3/client.h"
#include "storage/mime.h"
#include "storage/server.h"

#include "messenger/upload.sql.h"

#define PICTURE_SIDE 4096 /* pixels of a stored JPEG at most */
#define PROBE_SIDE 64     /* of what is made of others to see that they can be opened */
#define NAME_BYTES 24
#define KEEP_SECONDS 3600 /* within which stored bytes become a file */

static FIELDS(upload_fields, FIELD(struct upload, id), FIELD(struct upload, account_id),
	FIELD(struct upload, filename), FIELD(struct upload, mimetype),
	FIELD(struct upload, etag), FIELD(struct upload, server_id),
	FIELD(struct upload, size), FIELD(struct upload, private),
	FIELD(struct upload, modified), FIELD(struct upload, json));

/* -- what it is */

const char *
upload_extension(struct ctx *c, const char *name)
{
	const char *dot = strrchr(name, '.'), *found = NULL;
	struct json_object *list = json_tokener_parse(conf.messenger_upload_extensions);

	if (dot != NULL && json_object_is_type(list, json_type_array))
		for (size_t i = 0; i < json_object_array_length(list); i++) {
			const char *one = json_object_get_string(
				json_object_array_get_idx(list, i));

			if (one != NULL && strcasecmp(one, dot + 1) == 0)
				found = arena_str(&c->arena, one);
		}
	json_object_put(list);
	if (found == NULL ||
		strspn(found, "abcdefghijklmnopqrstuvwxyz0123456789") != strlen(found))
		return NULL;
	return found;
}

/* The pictures that their first bytes tell; NULL: none of them. */
static const char *
sniffed(const char *b, size_t n)
{
	if (n > 8 && memcmp(b, "\x89PNG\r\n\x1a\n", 8) == 0)
		return "image/png";
	if (n > 3 && memcmp(b, "\xff\xd8\xff", 3) == 0)
		return "image/jpeg";
	if (n > 6 && (memcmp(b, "GIF87a", 6) == 0 || memcmp(b, "GIF89a", 6) == 0))
		return "image/gif";
	if (n > 12 && memcmp(b, "RIFF", 4) == 0 && memcmp(b + 8, "WEBP", 4) == 0)
		return "image/webp";
	if (n > 14 && memcmp(b, "BM", 2) == 0)
		return "image/bmp";
	return NULL;
}

static const char *
type_by_extension(struct ctx *c, const char *extension)
{
	static const char *const jpegs = "jpg jpeg jfif pjpeg pjp";

	if (str_in(extension, jpegs))
		return "image/jpeg";
	if (str_eq(extension, "apng"))
		return "image/png";
	return mime_by_name(arena_fmt(&c->arena, "x.%s", extension));
}

/* The media type of a Content-Type, without parameters; image/jpg is image/jpeg. */
static const char *
plain_type(struct ctx *c, const char *type)
{
	char *t = arena_strn(&c->arena, type, strcspn(type, "; "));

	for (char *p = t; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	return str_eq(t, "image/jpg") || str_eq(t, "image/pjpeg") ? "image/jpeg" : t;
}

static bool
is_vague(const char *type)
{
	return type == NULL || str_eq(type, "application/octet-stream");
}

/* Bytes, ending and what the sender says must mean one type. */
static enum err
find_type(struct ctx *c, const struct upload_in *in, const char *extension,
	const char **out)
{
	const char *by_name = type_by_extension(c, extension),
		   *by_bytes = sniffed(in->bytes, in->size),
		   *said = in->type == NULL ? NULL : plain_type(c, in->type);

	*out = by_bytes != NULL ? by_bytes : by_name;
	if (by_bytes == NULL && str_starts(by_name, "image/"))
		return fail(c, E_UPLOAD, "not a picture of this type");
	if (by_bytes != NULL && !str_eq(by_bytes, by_name))
		return fail(c, E_UPLOAD, "a picture of another type than its name");
	if (!is_vague(said) && !str_eq(said, *out))
		return fail(c, E_UPLOAD, "of another type than Content-Type says");
	return OK;
}

/* -- metadata */

static void
drop(void *bytes)
{
	free(bytes);
}

/* What remains of a picture when nothing is said beside it; NULL: as it is. */
static void *
lean(const char *type, const void *bytes, size_t *size)
{
	if (str_eq(type, "image/png"))
		return lean_png(bytes, size);
	if (str_eq(type, "image/webp"))
		return lean_webp(bytes, size);
	if (str_eq(type, "image/gif"))
		return lean_gif(bytes, size);
	return str_eq(type, "image/bmp") ? lean_bmp(bytes, size) : NULL;
}

static void
without_metadata(struct ctx *c, const char *type, struct image_blob *inout)
{
	size_t size = inout->size;
	void *made = lean(type, inout->bytes, &size);

	if (made == NULL)
		return;
	arena_defer(&c->arena, drop, made);
	*inout = (struct image_blob){made, size};
}

/* Nobody opens these: their parts must at least all be there. */
static enum err
check_parts(struct ctx *c, const char *type, struct image_blob b)
{
	struct image_header header;
	size_t size = b.size;

	if (str_eq(type, "image/gif") &&
		image_inspect_any(b.bytes, b.size, &header) == IMAGE_DAMAGED)
		return fail(c, E_UPLOAD, "the picture is damaged");
	if (!str_eq(type, "image/bmp"))
		return OK;
	void *made = lean_bmp(b.bytes, &size);
	free(made);
	return made != NULL ? OK : fail(c, E_UPLOAD, "the picture is damaged");
}

/* A JPEG is written anew, upright; of others the bytes stay, without what is said
 * beside the picture. */
static enum err
clean(struct ctx *c, const char *type, struct image_blob *inout)
{
	bool is_jpeg = str_eq(type, "image/jpeg");
	const int side = is_jpeg ? PICTURE_SIDE : PROBE_SIDE;
	struct image_blob made = {NULL, 0};

	if (is_jpeg || str_eq(type, "image/png") || str_eq(type, "image/webp")) {
		enum err e = image_jpegs(c, *inout, &side, 1, &made);
		if (e == E_PICTURE || e == E_PICTURE_DAMAGED || e == E_PICTURE_LARGE) {
			const char *why = c->why;
			ctx_clear_error(c);
			return fail(c, E_UPLOAD, "%s", why);
		}
		TRY(e);
	} else {
		TRY(check_parts(c, type, *inout));
	}
	if (is_jpeg)
		*inout = made;
	else
		without_metadata(c, type, inout);
	return OK;
}

/* -- the object */

const char *
upload_key(struct ctx *c, int64_t account_id, const char *filename)
{
	return arena_fmt(&c->arena, "user_content/uploads/%lld/%s",
		(long long)account_id, filename);
}

static enum err
object_at(struct ctx *c, const char *server_id, const char *key, bool public,
	struct s3_object *out)
{
	struct server server = {0};

	TRY(server_own(c, server_id, &server));
	out->site = public ? server_public_site(c, &server) : server_site(c, &server);
	out->site.rate = 0;
	out->key = key;
	return OK;
}

/* 32 characters that nobody can guess; the first is a letter or a digit. */
static const char *
new_name(struct ctx *c, const char *extension)
{
	unsigned char bytes[NAME_BYTES];
	char name[sodium_base64_ENCODED_LEN(
		NAME_BYTES, sodium_base64_VARIANT_URLSAFE_NO_PADDING)];

	do {
		randombytes_buf(bytes, sizeof(bytes));
		sodium_bin2base64(name, sizeof(name), bytes, sizeof(bytes),
			sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	} while (!isalnum((unsigned char)name[0]));
	return arena_fmt(&c->arena, "%s.%s", name, extension);
}

/* Text that is no JSON becomes {"alt_text": ...}. */
static const char *
alternative(struct ctx *c, const char *text)
{
	struct json_object *json = text == NULL ? NULL : json_tokener_parse(text);
	struct buf b = {.arena = &c->arena};

	if (json != NULL) {
		buf_add(&b, json_object_to_json_string_ext(
				    json, JSON_C_TO_STRING_PLAIN |
						  JSON_C_TO_STRING_NOSLASHESCAPE));
		json_object_put(json);
	} else if (text != NULL) {
		buf_add(&b, "{\"alt_text\":");
		buf_json(&b, text);
		buf_add(&b, "}");
	}
	return b.text;
}

static enum err
within_quota(struct ctx *c, int64_t account_id, size_t size)
{
	int64_t used;

	TRY(db_int(c, &PHONE_FILE_USED, &used, ARGS(c, account_id)));
	return conf.messenger_upload_quota == 0 ||
			       used + (int64_t)size <= conf.messenger_upload_quota
		       ? OK
		       : fail(c, E_QUOTA, NULL);
}

/*
 * Ordered before the bytes are sent, so that no process has to live for it: they go
 * again unless they are a file by then.
 */
static enum err
order_removal(struct ctx *c, const char *server_id, const char *key, int64_t delay)
{
	return job_add(
		c, &(struct job_order){.kind = "upload.remove",
			   .subject = arena_fmt(&c->arena, "%s %s", server_id, key),
			   .delay = delay});
}

enum err
upload_store(struct ctx *c, int64_t account_id, const struct upload_in *in,
	struct upload_stored *out)
{
	const char *extension = upload_extension(c, in->name);
	struct image_blob bytes = {in->bytes, in->size};
	struct s3_object object = {0};

	*out = (struct upload_stored){.account_id = account_id,
		.original_name = in->name,
		.private = in->private};
	if (extension == NULL)
		return fail(c, E_DENIED, "files of this ending are not taken");
	if ((int64_t)in->size > conf.messenger_upload_bytes)
		return fail(c, E_TOO_LARGE, NULL);
	TRY(find_type(c, in, extension, &out->type));
	TRY(within_quota(c, account_id, in->size));
	TRY(clean(c, out->type, &bytes));
	out->size = (int64_t)bytes.size;
	out->alternative = alternative(c, in->alt_data);
	out->filename = new_name(c, extension);
	const char *key = upload_key(c, account_id, out->filename);
	TRY(db_json(c, &PHONE_FILE_SERVER, &out->server_id, ARGS(c)));
	TRY(order_removal(c, out->server_id, key, KEEP_SECONDS));
	TRY(object_at(c, out->server_id, key, false, &object));
	return s3_put_bytes(c, &object, bytes.bytes, bytes.size, out->type, &out->md5);
}

enum err
upload_keep(struct ctx *c, const struct upload_stored *s, struct upload *out)
{
	int64_t turn;

	/* Several at once, each of which has seen room for one, come here in turn. */
	TRY(db_int(c, &PHONE_FILE_TURN, &turn, ARGS(c, s->account_id)));
	TRY(within_quota(c, s->account_id, (size_t)s->size));
	TRY(db_do(c, &PHONE_FILE_INSERT,
		ARGS(c, s->account_id, s->filename, s->original_name, s->type, s->size,
			s->md5, s->server_id, s->alternative, s->private, c->now)));
	return upload_get(c, s->filename, out);
}

enum err
upload_came(
	struct ctx *c, int64_t id, const char *server_id, const char *md5, int64_t size)
{
	return db_do(c, &PHONE_FILE_CAME, ARGS(c, id, server_id, md5, size));
}

enum err
upload_get(struct ctx *c, const char *filename, struct upload *out)
{
	return db_one(c, &PHONE_FILE_GET, upload_fields, out, ARGS(c, filename));
}

enum err
upload_address(struct ctx *c, const struct upload *u, const char **out)
{
	bool shown = str_starts(u->mimetype, "image/") ||
		     str_starts(u->mimetype, "audio/") ||
		     str_starts(u->mimetype, "video/");
	struct s3_object object = {0};

	if (u->server_id == NULL)
		return fail(c, E_MISSING, NULL);
	TRY(object_at(c, u->server_id, upload_key(c, u->account_id, u->filename), true,
		&object));
	const struct pair extra[] = {{"response-cache-control", "no-cache"},
		{"response-content-disposition",
			arena_fmt(&c->arena, "%s; filename=\"%s\"",
				shown && !str_starts(u->mimetype, "image/svg")
					? "inline"
					: "attachment",
				u->filename)},
		{"response-content-type", u->mimetype}};
	*out = s3_address(c, &object, "GET", extra, 3, conf.s3_get_lifetime);
	return OK;
}

/* Are they those that were stored? Other bytes are worth no more than none. */
static bool
are_stored(const struct upload *u, const struct s3_bytes *got)
{
	if (got->bytes == NULL)
		return false;
	if (got->n == (size_t)u->size && (u->etag == NULL || str_eq(u->etag, got->md5)))
		return true;
	log_error(
		"upload %lld is damaged: its object has other bytes", (long long)u->id);
	return false;
}

enum err
upload_bytes(struct ctx *c, const struct upload *u, const char **bytes, size_t *size)
{
	struct s3_object object = {0};
	struct s3_bytes got;

	if (u->server_id == NULL)
		return fail(c, E_MISSING, NULL);
	TRY(object_at(c, u->server_id, upload_key(c, u->account_id, u->filename), false,
		&object));
	size_t most = (size_t)(u->size > conf.messenger_upload_bytes
				       ? u->size
				       : conf.messenger_upload_bytes);
	TRY(s3_get_bytes(c, &object, most, &got));
	if (!are_stored(u, &got))
		return fail(c, E_MISSING, NULL);
	*bytes = got.bytes;
	*size = got.n;
	return OK;
}

/* Where its bytes are at that moment: they may have come since it was looked up. */
struct deleted {
	const char *server_id;
};

static FIELDS(deleted_fields, FIELD(struct deleted, server_id));

enum err
upload_delete(struct ctx *c, const struct upload *u)
{
	struct deleted gone = {0};
	bool found;

	TRY(db_maybe(c, &PHONE_FILE_DELETE, deleted_fields, &gone, &found,
		ARGS(c, u->id, c->now, c->actor)));
	if (!found)
		return fail(c, E_MISSING, NULL);
	return gone.server_id == NULL
		       ? OK
		       : order_removal(c, gone.server_id,
				 upload_key(c, u->account_id, u->filename), 0);
}

enum err
upload_delete_url(struct ctx *c, int64_t account_id, const char *url)
{
	static const char prefix[] = "/uploads/";
	struct upload u = {0};

	if (url == NULL || !str_starts(url, prefix))
		return OK;
	enum err e = upload_get(c, url + sizeof(prefix) - 1, &u);
	if (e == E_MISSING) {
		ctx_clear_error(c);
		return OK;
	}
	TRY(e);
	if (u.account_id != account_id)
		return OK;
	e = upload_delete(c, &u);
	if (e != E_MISSING)
		return e;
	ctx_clear_error(c); /* somebody else has, at this moment */
	return OK;
}

enum err
upload_remove_job(struct ctx *c, const struct job *job)
{
	const char *blank = strchr(job->subject, ' ');
	struct s3_object object = {0};
	int64_t kept;

	if (blank == NULL || strchr(blank, '/') == NULL)
		return fail(c, E_BUG, "no such file");
	TRY(db_int(c, &PHONE_FILE_KEPT, &kept, ARGS(c, strrchr(blank, '/') + 1)));
	if (kept > 0)
		return OK;
	TRY(object_at(c,
		arena_strn(&c->arena, job->subject, (size_t)(blank - job->subject)),
		blank + 1, false, &object));
	return s3_delete(c, &object);
}
