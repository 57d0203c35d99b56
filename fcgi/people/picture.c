/* Pictures that people upload of themselves: docs/openapi/people.yaml. */
#include "people/picture.h"

#include <string.h>
#include <strings.h>

#include "account/account.h"
#include "account/audit.h"
#include "account/person_mail.h"
#include "base/conf.h"
#include "base/file.h"
#include "base/json.h"
#include "base/json_out.h"
#include "base/str.h"
#include "condition.h"
#include "db/db.h"
#include "multipart.h"
#include "people/people.h"
#include "people/shown.h"
#include "reply.h"

/* The same rectangle as a part of the form and in the query. */
struct crop_query {
	const char *crop;
};

INPUT(people_picture_in, struct crop_query, FIELD(struct crop_query, crop, .max = 200));

static FIELDS(crop_fields, FIELD(struct picture_in, x, .must = true, .max = 100000),
	FIELD(struct picture_in, y, .must = true, .max = 100000),
	FIELD(struct picture_in, width, .must = true, .min = 1, .max = 100000),
	FIELD(struct picture_in, height, .must = true, .min = 1, .max = 100000));

struct upload_body {
	int64_t size;
	const char *type;
};

INPUT(people_upload_in, struct upload_body,
	FIELD(struct upload_body, size, .must = true, .min = 1, .max = INT64_MAX),
	FIELD(struct upload_body, type, .must = true,
		.one_of = "image/jpeg image/png image/webp image/gif"));

struct visibility_body {
	const char *visibility;
};

INPUT(people_visibility_in, struct visibility_body,
	FIELD(struct visibility_body, visibility, .must = true,
		.one_of = "everyone members nobody"));

struct removal_body {
	const char *reason;
};

INPUT(people_removal_in, struct removal_body,
	FIELD(struct removal_body, reason, .must = true, .min = 1, .max = 500));

/* -- upload */

#define CROP_BYTES 200 /* as text */

static enum err
body_field_error(struct ctx *c, const char *field, const char *words)
{
	return field_error_add(c, (struct field_error){.place = "body",
					  .field = field,
					  .kind = FIELD_ERROR_FORM,
					  .words = words});
}

static enum err
read_crop(struct ctx *c, const char *text, struct picture_in *out)
{
	struct json_object *json = json_tokener_parse(text);
	enum err e;

	if (json_object_is_type(json, json_type_object))
		e = fields_from_json(c, json, crop_fields, true, out);
	else
		e = body_field_error(
			c, "crop", "must be {\"x\", \"y\", \"width\", \"height\"}");
	json_object_put(json);
	out->cropped = true;
	return e;
}

/* The parts "file" and, perhaps, "crop". */
static enum err
take_form(struct req *r, struct picture_in *out)
{
	struct ctx *c = &r->ctx;
	struct part *parts;
	size_t count = 0;

	if (r->body_file != NULL)
		TRY(req_parts(r, &parts, &count));
	else
		TRY(multipart_split(c, req_param(r, "CONTENT_TYPE"), r->body,
			r->body_size, &parts, &count));
	for (size_t i = 0; i < count; i++) {
		if (str_eq(parts[i].name, "file")) {
			out->bytes = parts[i].bytes;
			out->size = parts[i].size;
		} else if (str_eq(parts[i].name, "crop")) {
			if (parts[i].size > CROP_BYTES)
				return body_field_error(c, "crop", "is too long");
			TRY(read_crop(c,
				arena_strn(&c->arena, parts[i].bytes, parts[i].size),
				out));
		}
	}
	return OK;
}

static enum err
take_body(struct req *r, struct picture_in *out)
{
	const char *type = req_param(r, "CONTENT_TYPE");
	struct ctx *c = &r->ctx;

	TRY(req_body(r));
	if (strncasecmp(type, "multipart/form-data", 19) == 0) {
		TRY(take_form(r, out));
	} else if (strncasecmp(type, "image/", 6) != 0) {
		return body_field_error(
			c, NULL, "must be a picture (image/...) or a form with a file");
	} else if (r->body_file != NULL) {
		out->bytes = file_get(c, r->body_file, &out->size);
	} else {
		out->bytes = r->body;
		out->size = r->body_size;
	}
	return out->bytes == NULL || out->size == 0
		       ? body_field_error(c, "file", "is missing or empty")
		       : OK;
}

/*
 * PUT /me/picture, image/... or a form with a part "file"; crop as a part or in the
 * query; Idempotency-Key: 202 {"picture": {...}}, Location. E_PICTURE_BYTES,
 * E_PICTURE_REFUSED, E_PICTURE_BUSY.
 */
enum err
people_put_picture(struct req *r)
{
	const struct crop_query *query = r->in;
	const char *key = req_header(r, "Idempotency-Key");
	struct picture_in in = {.key = key};
	struct ctx *c = &r->ctx;
	struct picture p;

	if (key != NULL && (key[0] == '\0' || strlen(key) > 255))
		return field_error_add(
			c, (struct field_error){.place = "header",
				   .field = "Idempotency-Key",
				   .kind = FIELD_ERROR_FORM,
				   .words = "must have 1 to 255 characters"});
	if (query->crop != NULL)
		TRY(read_crop(c, query->crop, &in));
	TRY(take_body(r, &in));
	TRY(picture_add(c, &in, &p));
	reply_header_fmt(r, "Location", "/people/api/v1/pictures/%s", p.id);
	return reply_json(r, 202,
		JSON(c, "picture",
			json_raw(JSON(c, "id", p.id, "state", p.state, "created",
				utc_iso(&c->arena, p.created)))));
}

/*
 * POST /me/picture/upload {"size", "type"}: 201 {"id", "link"}: a PUT of so many bytes
 * there brings the picture. E_PICTURE_BYTES, E_PICTURE_BUSY, E_SERVER_DOWN.
 */
enum err
people_post_picture_upload(struct req *r)
{
	const struct upload_body *in = r->in;
	struct ctx *c = &r->ctx;
	const char *link = NULL;
	struct picture p;

	TRY(picture_announce(c, in->size, in->type, &p, &link));
	reply_header_fmt(r, "Location", "/people/api/v1/pictures/%s", p.id);
	reply_header(r, "Cache-Control", "no-store");
	return reply_json(r, 201, JSON(c, "id", p.id, "link", link));
}

/* -- looked at */

/* Null as long as it is not known. */
static void
add_number(struct buf *b, const char *name, int64_t number)
{
	json_add(b, name, number > 0 ? json_from_number(number) : json_raw(NULL));
}

/* Its owner's alone, whoever sees the picture. */
static bool
is_original(const struct picture_file *f)
{
	return str_eq(f->variant, PERSON_ORIGINAL);
}

/* The address of a file, signed where not everybody may see it. */
static const char *
url_of(struct ctx *c, const struct picture *p, const struct picture_file *f)
{
	const char *path =
		arena_fmt(&c->arena, "%s/%s.%s", p->id, f->variant, f->extension);
	bool open = str_eq(p->visibility, "everyone") && !is_original(f);

	return arena_fmt(&c->arena, "/people/api/v1/pictures/%s%s%s", path,
		open ? "" : "?", open ? "" : picture_signature(c, path));
}

static enum err
add_variants(struct ctx *c, struct buf *b, const struct picture *p)
{
	struct picture_file *list;
	struct buf variants = {.arena = &c->arena};
	size_t count;

	TRY(picture_files(c, p->id, &list, &count));
	for (size_t i = 0; i < count && str_eq(p->state, "ready"); i++) {
		const struct picture_file *f = &list[i];

		if (is_original(f) && p->account_id != c->actor)
			continue;
		json_item(
			&variants, JSON(c, "name", f->variant, "width", f->width,
					   "height", f->height, "type",
					   str_eq(f->extension, "jpg") ? "image/jpeg"
								       : "image/webp",
					   "bytes", f->bytes, "url", url_of(c, p, f)));
	}
	json_put(b, "variants", json_raw(json_list_end(&variants)));
	return OK;
}

static enum err
picture_json(struct ctx *c, const struct picture *p, struct buf *b)
{
	json_put(b, "id", p->id);
	json_put(b, "state", p->state);
	json_put(b, "progress",
		json_raw(JSON(c, "done", p->done, "total", PERSON_FILES)));
	if (p->reason != NULL)
		json_put(b, "reason", p->reason);
	add_number(b, "width", p->width);
	add_number(b, "height", p->height);
	json_put(b, "format", p->format);
	add_number(b, "bytes", p->bytes);
	json_put(b, "visibility", p->visibility);
	TRY(add_variants(c, b, p));
	json_put(b, "created", utc_iso(&c->arena, p->created));
	json_put(b, "ready_at",
		p->ready_at.us == 0 ? NULL : utc_iso(&c->arena, p->ready_at));
	json_end(b);
	return OK;
}

/*
 * GET /pictures/{uuid}: 200 Picture with an ETag, for its owner and for staff; 304
 * while nothing has changed, with Retry-After while it is being made. E_PICTURE_GONE.
 */
enum err
people_get_picture(struct req *r)
{
	const char *known = req_header(r, "If-None-Match");
	struct ctx *c = &r->ctx;
	struct buf body = {.arena = &c->arena};
	struct picture p;

	TRY(picture_by_id(c, r->word[0], &p));
	if (p.account_id != c->actor && !people_is_moderator(r))
		return fail(c, E_PICTURE_GONE, NULL);
	TRY(picture_json(c, &p, &body));
	const char *tag = people_tag(c, buf_text(&body));
	reply_header_fmt(r, "ETag", "\"%s\"", tag);
	reply_header(r, "Cache-Control", "private, no-cache");
	if (str_in(p.state, "announced received processing"))
		reply_header(r, "Retry-After", "1");
	if (known != NULL && etag_listed(known, tag))
		return reply_empty(r, 304);
	return reply_json(r, 200, buf_text(&body));
}

/* GET /pictures/{uuid}/{variant}.{webp|jpg}?expires=&signature=: 200 the bytes, for
 * whom the person shows them to or who has a signature. E_PICTURE_GONE, E_UNSIGNED. */
enum err
people_get_picture_file(struct req *r)
{
	const struct shown_query *in = r->in;
	const char *dot = strchr(r->word[1], '.');
	struct ctx *c = &r->ctx;
	struct picture_file f;
	struct picture p;

	if (dot == NULL)
		return fail(c, E_PICTURE_GONE, NULL);
	TRY(picture_file(c, r->word[0],
		arena_strn(&c->arena, r->word[1], (size_t)(dot - r->word[1])), dot + 1,
		&p, &f));
	bool is_signed = picture_signature_holds(c,
		arena_fmt(&c->arena, "%s/%s", p.id, r->word[1]), in->expires,
		in->signature);
	bool sees = is_original(&f) ? p.account_id == c->actor : people_sees(r, &p);
	if (!is_signed && !sees)
		return fail(c, r->claims == NULL ? E_UNSIGNED : E_PICTURE_GONE, NULL);
	/* What others keep for us must be gone soon after the picture is. */
	reply_header(r, "Vary", "Authorization, Cookie");
	return people_send_object(r, &f,
		str_eq(p.visibility, "everyone") && !is_original(&f)
			? "public, max-age=31536000, s-maxage=300, immutable"
			: "private, max-age=31536000, immutable");
}

/* -- changed */

/* PATCH /me/picture {"visibility"}: 200, who sees the pictures of the caller. */
enum err
people_patch_picture(struct req *r)
{
	const struct visibility_body *in = r->in;
	struct ctx *c = &r->ctx;

	TRY(picture_set_visibility(c, in->visibility));
	TRY(audit_add(c, "picture.show", "account", c->actor_uuid, NULL));
	return reply_json(r, 200, JSON(c, "visibility", in->visibility));
}

/* DELETE /me/picture: 204, also where there is none. */
enum err
people_delete_picture(struct req *r)
{
	struct ctx *c = &r->ctx;
	int64_t count;

	TRY(picture_remove(c, c->actor, &count));
	if (count > 0)
		TRY(audit_add(c, "picture.remove", "account", c->actor_uuid, NULL));
	return reply_empty(r, 204);
}

/* POST /people/{uuid}/picture/remove {"reason"}: 204; the person is told why by mail.
 * E_PICTURE_GONE, E_ACCOUNT_NOT_FOUND, E_SUPERADMIN. */
enum err
people_post_picture_remove(struct req *r)
{
	const struct removal_body *in = r->in;
	struct ctx *c = &r->ctx;
	struct buf data = {.arena = &c->arena};
	struct account a = {0};
	int64_t count;

	buf_add(&data, "{\"reason\":");
	TRY(account_by_uuid(c, r->word[0], &a));
	if (a.is_superuser && a.id != c->actor)
		return fail(c, E_SUPERADMIN, NULL);
	TRY(picture_remove(c, a.id, &count));
	if (count == 0)
		return fail(c, E_PICTURE_GONE, NULL);
	TRY(person_mail_picture(c, a.uuid, in->reason, a.language));
	buf_json(&data, in->reason);
	buf_add(&data, "}");
	TRY(audit_add(c, "picture.remove", "account", a.uuid, buf_text(&data)));
	return reply_empty(r, 204);
}
