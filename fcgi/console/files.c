/* The screen "Files and cities": one's own files. What changes them are handlers of the
 * storage API. */
#include "storage/file.h"

#include <string.h>

#include "account/account.h"
#include "base/buf.h"
#include "base/conf.h"
#include "base/json_out.h"
#include "base/str.h"
#include "console/console.h"
#include "db/db.h"
#include "reply.h"
#include "s3/client.h"
#include "storage/copy.h"
#include "storage/server.h"

#include "console/files.sql.h"

#define PAGE 50
#define PAGE_MOST 200
#define PARTS_MOST 10000
#define PART_BYTES (INT64_C(8) << 20)
#define PARTS_AT_ONCE 100

struct files_query {
	const char *after, *query;
	int64_t limit;
};

INPUT(console_files_in, struct files_query,
	FIELD(struct files_query, after, .rule = uuid_rule),
	FIELD(struct files_query, query, .max = 255),
	FIELD(struct files_query, limit, .min = 1, .max = PAGE_MOST));

/* GET /files: 200 {"data", "next"}: the caller's, by creation. */
enum err
console_get_files(struct req *r)
{
	const struct files_query *in = r->in;
	const char *json = NULL;

	TRY(file_page(&r->ctx, in->query, in->after, in->limit == 0 ? PAGE : in->limit,
		&json));
	return console_reply(r, json);
}

/* GET /files/{uuid}: 200 with places, versions, history. E_FILE_NOT_FOUND. */
enum err
console_get_file(struct req *r)
{
	struct ctx *c = &r->ctx;
	const char *json = NULL;

	TRY(db_json(c, &CONSOLE_FILE, &json, ARGS(c, r->word[0], c->actor)));
	return console_reply(r, json);
}

/* GET /me/usage: 200 {"used", "quota"} in bytes; quota 0: any. */
enum err
console_get_usage(struct req *r)
{
	struct ctx *c = &r->ctx;
	struct usage u = {0};

	TRY(file_usage(c, c->actor, &u));
	return console_reply(r, JSON(c, "used", u.used, "quota", u.quota));
}

/* -- an upload in parts: the browser speaks with the server, signed by us */

struct parts_body {
	const char *upload_id;
	int64_t first, count;
};

INPUT(console_parts_in, struct parts_body,
	FIELD(struct parts_body, upload_id, .as_typed = true, .min = 1, .max = 1000),
	FIELD(struct parts_body, first, .min = 1, .max = PARTS_MOST),
	FIELD(struct parts_body, count, .min = 0, .max = PARTS_AT_ONCE));

struct upload {
	const char *id, *key, *server_id;
	int64_t size; /* as it was announced */
};

static FIELDS(upload_fields, FIELD(struct upload, id), FIELD(struct upload, key),
	FIELD(struct upload, server_id), FIELD(struct upload, size));

/* All parts but the last have so many bytes: S3 takes PARTS_MOST of them. */
static int64_t
part_bytes(const struct upload *u)
{
	int64_t least = u->size / PARTS_MOST + 1;

	return least < PART_BYTES ? PART_BYTES : least;
}

static int64_t
part_count(const struct upload *u)
{
	return u->size == 0 ? 1 : (u->size - 1) / part_bytes(u) + 1;
}

static const char *
signed_for(struct ctx *c, const struct s3_object *o, const char *method,
	const struct pair *extra, size_t extras)
{
	return s3_address(c, o, method, extra, extras, conf.s3_put_lifetime);
}

/* Together they take exactly what was announced: the length of each is signed. */
static void
add_parts(struct ctx *c, struct buf *out, const struct s3_object *o,
	const struct upload *u, const struct parts_body *in)
{
	int64_t bytes = part_bytes(u), last = part_count(u);

	for (int64_t n = in->first; n < in->first + in->count && n <= last; n++) {
		buf_add(out, n == in->first ? "" : ",");
		buf_json(out, s3_part_address(c, o, in->upload_id, n,
				      n < last ? bytes : u->size - bytes * (last - 1),
				      conf.s3_put_lifetime));
	}
}

static enum err
check_first(struct ctx *c, const struct upload *u, const struct parts_body *in)
{
	if (in->count == 0 || (in->first >= 1 && in->first <= part_count(u)))
		return OK;
	return field_error_add(c, (struct field_error){.place = "body",
					  .field = "first",
					  .kind = FIELD_ERROR_FORM,
					  .words = "is no part of this upload"});
}

/* Addresses of an upload that is open: of some parts, of their list, of the end. */
static enum err
add_open(struct ctx *c, struct buf *out, const struct s3_object *o,
	const struct upload *u, const struct parts_body *in)
{
	const struct pair id = {"uploadId", in->upload_id};

	TRY(check_first(c, u, in));
	buf_add(out, "\"open\":null,\"parts\":[");
	add_parts(c, out, o, u, in);
	buf_add(out, "],\"list\":");
	buf_json(out, signed_for(c, o, "GET", &id, 1));
	buf_add(out, ",\"complete\":");
	buf_json(out, signed_for(c, o, "POST", &id, 1));
	return OK;
}

/*
 * POST /files/{uuid}/parts {"upload_id", "first", "count"}: 200 {"part_bytes", "open",
 * "parts", "list", "complete"}, presigned addresses for the newest announced upload of
 * the file. No part: it is about to be completed. E_FILE_NOT_FOUND, E_INPUT.
 */
enum err
console_post_parts(struct req *r)
{
	const struct parts_body *in = r->in;
	struct ctx *c = &r->ctx;
	struct buf out = {.arena = &c->arena};
	struct upload u = {0};
	struct server server = {0};

	TRY(db_one(c, &CONSOLE_UPLOAD, upload_fields, &u,
		ARGS(c, r->word[0], c->actor, c->now, conf.s3_put_lifetime,
			conf.storage_announced_lifetime)));
	TRY(server_own(c, u.server_id, &server));
	/* The look that was ordered with the announcement goes by when the link would
	 * have expired: it passes this one over. */
	if (in->upload_id == NULL || in->count == 0)
		TRY(upload_look_soon(c, u.id));
	const struct s3_object o = {server_public_site(c, &server), u.key};
	buf_fmt(&out, "{\"part_bytes\":%lld,", (long long)part_bytes(&u));
	if (in->upload_id == NULL) {
		buf_add(&out, "\"open\":");
		buf_json(&out, signed_for(c, &o, "POST",
				       &(const struct pair){"uploads", ""}, 1));
		buf_add(&out, ",\"parts\":[],\"list\":null,\"complete\":null");
	} else {
		TRY(add_open(c, &out, &o, &u, in));
	}
	buf_add(&out, "}");
	return reply_json(r, 200, buf_text(&out));
}

/* -- QR */

struct qr_body {
	const char *link;
};

INPUT(console_qr_in, struct qr_body,
	FIELD(struct qr_body, link, .must = true, .rule = uuid_rule));

/* POST /files/{uuid}/qr {"link"}: 200 {"svg"}, of the address of the link's page. It is
 * asked for in the body, because whoever has a link's id may load the file, and logs
 * have addresses. */
enum err
console_post_qr(struct req *r)
{
	const struct qr_body *in = r->in;
	struct ctx *c = &r->ctx;
	const char *svg = NULL;
	size_t n = strlen(conf.site_url);

	while (n > 0 && conf.site_url[n - 1] == '/')
		n--;
	TRY(console_qr(c,
		arena_fmt(&c->arena, "%.*s/files/%s/links/%s", (int)n, conf.site_url,
			r->word[0], in->link),
		&svg));
	return reply_json(r, 200, JSON(c, "svg", svg));
}
