/* Files: contract 11, and the pictures of profiles and accounts. */
#include "messenger/files.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/conf.h"
#include "base/json_out.h"
#include "base/str.h"
#include "db/db.h"
#include "input.h"
#include "messenger/upload.h"
#include "messenger/user.h"
#include "multipart.h"
#include "reply.h"

#include "messenger/files.sql.h"

static enum err
find_part(struct req *r, struct part *out)
{
	struct ctx *c = &r->ctx;
	const char *type = req_param(r, "CONTENT_TYPE");
	struct part *parts;
	size_t count = 0;

	if (strncasecmp(type, "multipart/form-data", 19) != 0)
		return fail(c, E_BODY_EMPTY, NULL);
	enum err e = r->body_file != NULL ? req_parts(r, &parts, &count)
					  : multipart_split(c, type, r->body,
						    r->body_size, &parts, &count);
	if (e == E_INPUT) {
		ctx_clear_error(c);
		return fail(c, E_BODY, NULL);
	}
	TRY(e);
	for (size_t i = 0; i < count; i++)
		if (str_eq(parts[i].name, "file") && parts[i].filename != NULL &&
			parts[i].filename[0] != '\0' && parts[i].size > 0) {
			*out = parts[i];
			return OK;
		}
	return fail(c, E_BODY_EMPTY, NULL);
}

enum err
messenger_take_file(
	struct req *r, bool private, const char *alt_data, struct upload_stored *out)
{
	struct ctx *c = &r->ctx;
	struct part part = {0};

	if (!conf.messenger_uploads)
		return messenger_fail(
			r, E_NOT_OFFERED, "{\"reason\":\"uploads are switched off\"}");
	TRY(find_part(r, &part));
	const struct upload_in in = {.name = part.filename,
		.type = part.type,
		.bytes = part.bytes,
		.size = part.size,
		.private = private,
		.alt_data = alt_data};
	enum err e = upload_store(c, c->actor, &in, out);
	if (e != E_UPLOAD)
		return e;
	const char *why = c->why;
	ctx_clear_error(c);
	return messenger_field_error(r, "file", why);
}

struct form {
	const char *private, *alt_data;
};

INPUT(messenger_upload_in, struct form,
	FIELD(struct form, private, .rule = messenger_bool_rule),
	FIELD(struct form, alt_data, .json = true, .max = 2000));

/* A form whose one field is the file. */
INPUT(messenger_file_in, struct form, FIELD(struct form, alt_data, .max = 2000));

/* Is the whole group there? */
static enum err
offered(struct req *r)
{
	return conf.messenger_uploads ? OK : fail(&r->ctx, E_NO_ROUTE, NULL);
}

/* POST /uploads, multipart with file, private, alt_data: 201. E_BODY_EMPTY, E_DENIED
 * for an ending that is not allowed, 422 for bytes of another type, E_QUOTA. */
enum err
messenger_post_upload(struct req *r)
{
	const struct form *in = r->in;
	struct ctx *c = &r->ctx;
	struct upload_stored stored = {0};
	struct upload u = {0};

	TRY(offered(r));
	TRY(messenger_take_file(r, str_eq(in->private, "true"), in->alt_data, &stored));
	TRY(db_begin(c)); /* who is killed in it has sent nothing */
	TRY(db_end(c, upload_keep(c, &stored, &u)));
	return messenger_reply(
		r, 201, "resource.created", JSON(c, "file", json_raw(u.json)));
}

/* How much a range of Accept wants; 0: not at all. */
static double
quality(const char *range, size_t n)
{
	const char *q = memmem(range, n, ";q=", 3);

	return q == NULL ? 1 : strtod(q + 3, NULL);
}

static bool
range_is(const char *range, const char *type)
{
	size_t n = strlen(type);

	return strncasecmp(range, type, n) == 0 && strchr("; ,", range[n]) != NULL;
}

/* JSON if nothing is said, or if no other type is wanted more. */
bool
messenger_wants_json(struct req *r)
{
	const char *at = input_header(r, "Accept");
	double json = 0, best = 0;

	if (at == NULL)
		return true;
	while (*at != '\0') {
		at += strspn(at, " ,");
		size_t n = strcspn(at, ",");
		double q = quality(at, n);

		best = q > best ? q : best;
		if (range_is(at, "application/json") || range_is(at, "*/json"))
			json = q > json ? q : json;
		at += n;
	}
	return json > 0 && json >= best;
}

static enum err
find_file(struct req *r, struct upload *u)
{
	TRY(offered(r));
	TRY(upload_get(&r->ctx, r->word[0], u));
	if (u->private && u->account_id != r->ctx.actor &&
		!messenger_caller(r)->is_admin)
		return fail(&r->ctx, E_DENIED, NULL);
	return OK;
}

/* The bytes as base64url, piece by piece: they may be ten megabytes. */
static enum err
reply_whole(struct req *r, const struct upload *u)
{
	enum { STEP = 48 * 1024 };
	static char
		code[sodium_base64_ENCODED_LEN(STEP, sodium_base64_VARIANT_URLSAFE)];
	const char *bytes;
	size_t size;

	TRY(upload_bytes(&r->ctx, u, &bytes, &size));
	r->status = 200;
	reply_header(r, "Content-Type", "application/json");
	buf_add(&r->out, "{\"code\":200,\"data\":{\"data\":\"");
	for (size_t at = 0; at < size; at += STEP) {
		size_t n = size - at < STEP ? size - at : STEP;

		sodium_bin2base64(code, sizeof(code), (const unsigned char *)bytes + at,
			n, sodium_base64_VARIANT_URLSAFE);
		buf_add(&r->out, code);
		reply_flush(r);
	}
	buf_add(&r->out, "\",\"file\":");
	buf_add(&r->out, u->json);
	buf_add(&r->out, "},\"message\":\"\",\"sub_code\":\"resource.result\","
			 "\"success\":true}\n");
	return OK;
}

/*
 * GET /uploads/{name}: 302 to the bytes, or 200 with them in JSON where the client
 * asks for that. E_MISSING, E_DENIED.
 */
enum err
messenger_get_upload(struct req *r)
{
	struct upload u = {0};
	const char *address;

	TRY(find_file(r, &u));
	if (messenger_wants_json(r))
		return r->head_only ? messenger_reply(r, 200, "resource.result", NULL)
				    : reply_whole(r, &u);
	TRY(upload_address(&r->ctx, &u, &address));
	reply_header(r, "Cache-Control", "no-cache");
	reply_header(r, "X-Content-Type-Options", "nosniff");
	return reply_redirect(r, 302, address);
}

/* DELETE /uploads/{name}: 204. E_MISSING, E_DENIED. */
enum err
messenger_delete_upload(struct req *r)
{
	struct upload u = {0};

	TRY(offered(r));
	TRY(upload_get(&r->ctx, r->word[0], &u));
	if (u.account_id != r->ctx.actor && !messenger_caller(r)->is_admin)
		return fail(&r->ctx, E_DENIED, NULL);
	TRY(upload_delete(&r->ctx, &u));
	return messenger_reply(r, 204, "resource.deleted", NULL);
}

/* /uploads without a name: E_NOT_OFFERED; DELETE: E_NO_ROUTE. A name at POST is too
 * much. */
enum err
messenger_no_upload(struct req *r)
{
	TRY(offered(r));
	return fail(
		&r->ctx, r->route->method == DELETE ? E_NO_ROUTE : E_NOT_OFFERED, NULL);
}

/* -- pictures of profiles */

/* Keeps it, in the transaction of what shows it; its address. */
static enum err
keep(struct req *r, const struct upload_stored *stored, const char **url)
{
	struct upload u = {0};

	TRY(upload_keep(&r->ctx, stored, &u));
	*url = arena_fmt(&r->ctx.arena, "/uploads/%s", u.filename);
	return OK;
}

static enum err
set_image(struct req *r, const struct profile_state *state, const char *url,
	struct profile_shown *shown)
{
	struct ctx *c = &r->ctx;

	TRY(profile_set_image(c, r->id[0], state->commit_id, url, shown));
	return upload_delete_url(c, state->account_id, state->image_url);
}

static enum err
keep_image(struct req *r, const struct profile_state *state,
	const struct upload_stored *stored, struct profile_shown *shown)
{
	const char *url;

	TRY(keep(r, stored, &url));
	return set_image(r, state, url, shown);
}

/* PATCH /profiles/{id}/image, If-Match, multipart with file: 201. */
enum err
messenger_patch_image(struct req *r)
{
	struct ctx *c = &r->ctx;
	struct profile_state state = {0};
	struct profile_shown shown = {0};
	struct upload_stored stored = {0};

	TRY(messenger_own_profile(r, false, &state));
	TRY(messenger_take_file(r, false, NULL, &stored));
	TRY(db_begin(c));
	TRY(db_end(c, keep_image(r, &state, &stored, &shown)));
	return messenger_reply_profile(r, 201, "resource.modified", &shown);
}

/* DELETE /profiles/{id}/image, If-Match: 201. E_MISSING without one. */
enum err
messenger_delete_image(struct req *r)
{
	struct profile_state state = {0};
	struct profile_shown shown = {0};

	TRY(messenger_own_profile(r, true, &state));
	if (state.image_url == NULL)
		return fail(&r->ctx, E_MISSING, NULL);
	TRY(set_image(r, &state, NULL, &shown));
	return messenger_reply_profile(r, 201, "resource.modified", &shown);
}

/* -- the picture of an account */

struct picture {
	const char *url;
};

static FIELDS(picture_fields, FIELD(struct picture, url));

static enum err
set_picture(struct req *r, const char *url)
{
	struct ctx *c = &r->ctx;
	struct picture old = {0};

	TRY(db_one(c, &MESSENGER_PICTURE, picture_fields, &old, ARGS(c, c->actor)));
	if (url == NULL && old.url == NULL)
		return fail(c, E_MISSING, NULL);
	TRY(db_do(c, &MESSENGER_PICTURE_SET, ARGS(c, c->actor, url, c->now)));
	return upload_delete_url(c, c->actor, old.url);
}

static enum err
keep_picture(struct req *r, const struct upload_stored *stored)
{
	const char *url;

	TRY(keep(r, stored, &url));
	return set_picture(r, url);
}

/* POST /account/profile-image, multipart with file: 201. */
enum err
messenger_post_picture(struct req *r)
{
	struct ctx *c = &r->ctx;
	struct upload_stored stored = {0};

	TRY(messenger_take_file(r, false, NULL, &stored));
	TRY(db_begin(c));
	TRY(db_end(c, keep_picture(r, &stored)));
	return messenger_reply(r, 201, "resource.modified", NULL);
}

/* DELETE /account/profile-image: 204. E_MISSING without one. */
enum err
messenger_delete_picture(struct req *r)
{
	TRY(set_picture(r, NULL));
	return messenger_reply(r, 204, "resource.deleted", NULL);
}
