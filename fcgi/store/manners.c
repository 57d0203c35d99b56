#include "store.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/conf.h"
#include "base/str.h"
#include "reply.h"

/* A body whose digests take longer than others may wait. */
#define LONG_BYTES (32 * INT64_C(1048576))

/* A header as a signature names it. FastCGI gives two of them without HTTP_. */
static const char *
signed_header(const void *from, const char *name)
{
	const struct req *r = from;
	const char *value;

	if (str_eq(name, "content-type"))
		value = req_param(r, "CONTENT_TYPE");
	else if (str_eq(name, "content-length"))
		value = req_param(r, "STORE_LENGTH");
	else
		return req_header(r, name);
	return value[0] == '\0' ? NULL : value;
}

static bool
is_check(const struct req *r)
{
	return str_eq(req_param(r, "STORE_STEP"), "check");
}

/* The name of the i-th x-amz-... header, as FastCGI has it. */
static const char *
amz_header(const void *from, size_t i)
{
	static const char prefix[] = "HTTP_X_AMZ_";
	const struct req *r = from;

	for (char **p = r->params; *p != NULL; p++) {
		size_t n = strcspn(*p, "=");

		if (strncmp(*p, prefix, sizeof(prefix) - 1) != 0 || i-- > 0)
			continue;
		char *name = arena_strn((struct arena *)&r->ctx.arena, *p + 5, n - 5);
		for (char *at = name; *at != '\0'; at++)
			*at = *at == '_' ? '-' : (char)tolower((unsigned char)*at);
		return name;
	}
	return NULL;
}

/*
 * Bucket and key of the request, decoded once, as the signature has it: what is found
 * here is also the route, so that an address opens what was signed and nothing else.
 */
static void
read_path(struct req *r, const char **bucket, const char **key)
{
	struct arena *a = &r->ctx.arena;
	const char *plain =
		percent_decode(a, r->raw_uri, strcspn(r->raw_uri, "?"), false);

	plain += *plain == '/';
	size_t n = strcspn(plain, "/");
	*bucket = arena_strn(a, plain, n);
	*key = plain[n] == '/' ? plain + n + 1 : "";
}

/* A form of a browser's, for a bucket: the signature is of its policy (form.c). */
static bool
is_form(struct req *r, const char *bucket, const char *key)
{
	return r->method == POST && *bucket != '\0' && *key == '\0' &&
	       strncasecmp(req_param(r, "CONTENT_TYPE"), "multipart/form-data", 19) ==
		       0;
}

/*
 * A city's listener is known by its parameter. What nginx makes of the path (dots,
 * slashes, percent signs) may be another key than the one signed.
 */
static bool
takes(struct req *r)
{
	const char *bucket, *key;

	if (req_param(r, "STORE_SERVER")[0] == '\0')
		return false;
	read_path(r, &bucket, &key);
	if (is_check(r))
		r->path = "/.check";
	else if (is_form(r, bucket, key))
		r->path = "/.form";
	else if (key[0] != '\0')
		r->path = "/bucket/key";
	else
		r->path = bucket[0] == '\0' ? "/" : "/bucket";
	return true;
}

/* The bytes of an object that is coming; of a body without a length, what it says is in
 * its chunks. */
static int64_t
object_bytes(const struct req *r)
{
	const char *inside = req_header(r, "x-amz-decoded-content-length");
	int64_t bytes = 0;

	if (!int_read(req_param(r, "STORE_LENGTH"), &bytes) && inside != NULL)
		int_read(inside, &bytes);
	return bytes;
}

/* Does it read a large object, or join one of its parts, or make one of another? */
static bool
is_long(const struct req *r)
{
	if (object_bytes(r) >= LONG_BYTES)
		return true;
	return strstr(r->query, "uploadId=") != NULL &&
	       (r->method == POST || req_header(r, "x-amz-copy-source") != NULL);
}

static enum err
read_name(struct req *r, struct object_name *out)
{
	struct ctx *c = &r->ctx;

	*out = (struct object_name){.server = req_param(r, "STORE_SERVER")};
	read_path(r, &out->bucket, &out->key);
	if (r->raw_uri[0] != '/' || !utf8_valid(out->bucket, strlen(out->bucket)) ||
		!utf8_valid(out->key, strlen(out->key)))
		return fail(c, E_S3_KEY, NULL);
	if (strlen(out->key) > KEY_BYTES)
		return fail(c, E_S3_KEY_LONG, NULL);
	return OK;
}

/* The time when the request began: a long body does not outlive its signature. */
static struct utc
begun(const struct req *r)
{
	const char *text = req_param(r, "REQUEST_TIME");
	size_t whole = strcspn(text, ".");
	int64_t seconds = 0;

	int_read(arena_strn((struct arena *)&r->ctx.arena, text, whole), &seconds);
	return (struct utc){r->ctx.now.us - seconds * US_PER_SECOND};
}

static bool
signs_host(struct req *r)
{
	const char *text = req_header(r, "Authorization");

	return (text != NULL && str_starts(text, "AWS4")) ||
	       store_query(r, "X-Amz-Algorithm") != NULL;
}

/* Checks who asks: the signature of the request. */
static enum err
check_signature(struct req *r, struct store_call *call)
{
	struct ctx *c = &r->ctx;
	const struct s3_key key = {
		conf.s3_user, conf.s3_password, conf.s3_region, conf.store_regions};
	struct utc now = c->now;

	c->now = begun(r);
	enum err e = s3_check(c, &call->signed_part, &key, &call->payload);
	c->now = now;
	return e;
}

static enum err
enter(struct req *r)
{
	struct ctx *c = &r->ctx;
	struct store_call *call = arena_new(&c->arena, sizeof(*call));
	size_t n = strcspn(r->raw_uri, "?");

	r->in = call;
	*call = (struct store_call){.payload = {.signed_headers = ""}};
	call->signed_part =
		(struct s3_request){.method = req_param(r, "REQUEST_METHOD"),
			.path = arena_strn(&c->arena, r->raw_uri, n),
			.query = r->raw_uri[n] == '?' ? r->raw_uri + n + 1 : "",
			.header = signed_header,
			.amz_header = amz_header,
			.headers = r};
	call->query =
		s3_query_pairs(&c->arena, call->signed_part.query, &call->query_count);
	read_path(r, &call->name.bucket, &call->name.key);
	call->form = is_form(r, call->name.bucket, call->name.key);
	if (!call->form)
		TRY(check_signature(r, call));
	TRY(read_name(r, &call->name));
	TRY(store_host(r, call));
	/* Version 2 and policies do not sign the host, so they are good in every city.
	 */
	if (call->known && str_eq(call->name.bucket, conf.s3_bucket) &&
		(call->form || !signs_host(r)))
		return fail(c, E_S3_AUTH,
			"people's files are given out for signatures of version 4 "
			"only");
	return OK;
}

/*
 * An answer to nginx's question before it takes a body in. nginx passes on 401 and 403
 * only, and makes the client's answer from these headers.
 */
static void
refuse_check(struct req *r, const struct wire_case *w, const char *words)
{
	struct buf message = {.arena = &r->ctx.arena};

	buf_xml(&message, words);
	reply_header_fmt(r, "X-Store-Status", "%d", w->status);
	reply_header(r, "X-Store-Code", w->words);
	reply_header(r, "X-Store-Message", buf_text(&message));
	reply_empty(r, w->status == 403                       ? 403
		       : w->status >= 500 && w->status != 501 ? 503
							      : 401);
}

/* The region that would have been right: clients sign once more for it. */
static void
add_region(struct req *r, struct buf *xml)
{
	reply_header(r, "x-amz-bucket-region", conf.s3_region);
	buf_add(xml, "<Region>");
	buf_xml(xml, conf.s3_region);
	buf_add(xml, "</Region>");
}

static void
refuse(struct req *r, enum err e)
{
	const struct wire_case *w = face_case(r->face, e);
	const char *why =
		r->ctx.why != NULL && e != E_BUG ? r->ctx.why : err_sentence(e);
	struct buf xml = {.arena = &r->ctx.arena}, more = {.arena = &r->ctx.arena};

	if (e == E_S3_REGION)
		add_region(r, &more);
	if (is_check(r)) {
		reply_header(r, "X-Store-More", buf_text(&more));
		refuse_check(r, w, why);
		return;
	}
	if (w->status == 304) {
		reply_empty(r, 304);
		return;
	}
	buf_fmt(&xml, STORE_XML "<Error><Code>%s</Code><Message>", w->words);
	buf_xml(&xml, why);
	buf_fmt(&xml, "</Message>%s<Resource>", buf_text(&more));
	buf_xml(&xml, arena_strn(&r->ctx.arena, r->raw_uri, strcspn(r->raw_uri, "?")));
	buf_fmt(&xml, "</Resource><RequestId>%s</RequestId></Error>",
		r->ctx.request_id);
	reply_text(r, w->status, "application/xml", buf_text(&xml), xml.used);
}

#define FACE_ROUTES "store/routes.def"
#define FACE_CASES "store/cases.def"
#include "face_tables.h"

const struct manners store_manners = {
	FACE_TABLES,
	.enter = enter,
	.refuse = refuse,
	.takes = takes,
	.is_long = is_long,
	.body_first = true,
};
