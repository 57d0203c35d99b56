#include "store.h"

#include <openssl/evp.h>
#include <sodium.h>
#include <string.h>

#include "base/conf.h"
#include "base/hash.h"
#include "base/str.h"
#include "net/authority.h"
#include "reply.h"
#include "storage/server.h"
#include "store/digest.h"
#include "store/disk.h"
#include "store/scrub.h"

#define MD5_BYTES 16
#define MD5_BASE64 24 /* characters */

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

/*
 * A city's listener is known by its parameter. The path says only how deep the request
 * goes: what nginx makes of it (dots, slashes, percent signs) may be another key than
 * the one signed.
 */
static bool
takes(struct req *r)
{
	const char *path = r->raw_uri;

	if (req_param(r, "STORE_SERVER")[0] == '\0')
		return false;
	size_t n = strcspn(path, "?");
	const char *key = n < 2 ? NULL : memchr(path + 1, '/', n - 1);
	if (is_check(r))
		r->path = "/.check";
	else if (n < 2)
		r->path = "/";
	else
		r->path =
			key == NULL || key + 1 == path + n ? "/bucket" : "/bucket/key";
	return true;
}

/* Cuts /bucket/key out of the path as it was signed. */
static enum err
read_name(struct req *r, const char *path, struct object_name *out)
{
	struct ctx *c = &r->ctx;
	const char *plain = percent_decode(&c->arena, path, strlen(path), false);
	size_t n;

	if (plain[0] != '/' || !utf8_valid(plain, strlen(plain)))
		return fail(c, E_S3_KEY, NULL);
	plain++;
	n = strcspn(plain, "/");
	*out = (struct object_name){.server = req_param(r, "STORE_SERVER"),
		.bucket = arena_strn(&c->arena, plain, n),
		.key = plain[n] == '/' ? plain + n + 1 : ""};
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

/*
 * Cities share one key, so a signature that is good in one is good in all: what tells
 * them apart is the host that was signed. It must be this city's own: one of the
 * addresses of its server or, while there is no such server, the address that was
 * called; then it takes no files.
 */
static enum err
check_host(struct req *r, struct store_call *call)
{
	struct ctx *c = &r->ctx;
	const char *host = req_header(r, "Host");
	struct authority own, called;
	struct server *servers;
	bool found = false;
	size_t count;

	TRY(server_named(c, req_param(r, "STORE_SERVER"), &servers, &count));
	if (count == 0 && host != NULL && authority_read(&c->arena, host, 80, &called))
		TRY(server_of_city(
			c, req_param(r, "STORE_SERVER"), &called, &servers, &count));
	if (count == 0) {
		int64_t port = 0;

		call->closed = true;
		int_read(req_param(r, "SERVER_PORT"), &port);
		found = authority_read(&c->arena,
				authority_text(
					&c->arena, req_param(r, "SERVER_ADDR"), port),
				port, &own) &&
			host != NULL && authority_read(&c->arena, host, 80, &called) &&
			authority_same(&own, &called);
	}
	/* One that is deleted may be followed by another of its name elsewhere. */
	for (size_t i = 0; i < count && !found && host != NULL; i++) {
		call->known = true;
		call->closed = !servers[i].is_on || !servers[i].is_active;
		found = server_is_at(c, &servers[i], host);
	}
	return found ? OK
		     : fail(c, E_S3_SIGNATURE,
			       "the request is signed for another server than this");
}

/* Version 2 does not sign the host, so such an address is good in every city. */
static bool
signs_host(struct req *r)
{
	const char *text = req_header(r, "Authorization");

	return (text != NULL && str_starts(text, "AWS4")) ||
	       store_query(r, "X-Amz-Algorithm") != NULL;
}

static enum err
enter(struct req *r)
{
	struct ctx *c = &r->ctx;
	const struct s3_key key = {conf.s3_user, conf.s3_password, conf.s3_region};
	struct store_call *call = arena_new(&c->arena, sizeof(*call));
	size_t n = strcspn(r->raw_uri, "?");
	struct utc now = c->now;

	r->in = call;
	call->signed_part =
		(struct s3_request){.method = req_param(r, "REQUEST_METHOD"),
			.path = arena_strn(&c->arena, r->raw_uri, n),
			.query = r->raw_uri[n] == '?' ? r->raw_uri + n + 1 : "",
			.header = signed_header,
			.headers = r};
	c->now = begun(r);
	enum err e = s3_check(c, &call->signed_part, &key, &call->payload);
	c->now = now;
	TRY(e);
	TRY(check_host(r, call));
	TRY(read_name(r, call->signed_part.path, &call->name));
	if (call->known && str_eq(call->name.bucket, conf.s3_bucket) && !signs_host(r))
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
	reply_header_fmt(r, "X-Store-Status", "%d", w->status);
	reply_header(r, "X-Store-Code", w->words);
	reply_header(r, "X-Store-Message", words);
	reply_empty(r, w->status == 403                       ? 403
		       : w->status >= 500 && w->status != 501 ? 503
							      : 401);
}

static void
refuse(struct req *r, enum err e)
{
	const struct wire_case *w = face_case(&store_face, e);
	const char *why =
		r->ctx.why != NULL && e != E_BUG ? r->ctx.why : err_sentence(e);
	struct buf xml = {.arena = &r->ctx.arena};

	if (is_check(r)) {
		struct buf words = {.arena = &r->ctx.arena};
		buf_xml(&words, why);
		refuse_check(r, w, buf_text(&words));
		return;
	}
	if (w->status == 304) {
		reply_empty(r, 304);
		return;
	}
	buf_fmt(&xml,
		"<?xml version=\"1.0\" "
		"encoding=\"UTF-8\"?>\n<Error><Code>%s</Code><Message>",
		w->words);
	buf_xml(&xml, why);
	buf_add(&xml, "</Message><Resource>");
	buf_xml(&xml, arena_strn(&r->ctx.arena, r->raw_uri, strcspn(r->raw_uri, "?")));
	buf_fmt(&xml, "</Resource><RequestId>%s</RequestId></Error>",
		r->ctx.request_id);
	reply_text(r, w->status, "application/xml", buf_text(&xml), xml.used);
}

const char *
store_query(struct req *r, const char *name)
{
	return s3_query(&r->ctx.arena, call_of(r)->signed_part.query, name);
}

enum err
store_plain_call(struct req *r)
{
	static const char *const unknown[] = {"accelerate", "acl", "analytics",
		"attributes", "cors", "encryption", "intelligent-tiering", "inventory",
		"legal-hold", "lifecycle", "logging", "metrics", "notification",
		"object-lock", "ownershipControls", "policy", "policyStatus",
		"publicAccessBlock", "replication", "requestPayment", "restore",
		"retention", "select", "tagging", "torrent", "versionId", "versions",
		"website"};

	for (size_t i = 0; i < sizeof(unknown) / sizeof(*unknown); i++)
		if (store_query(r, unknown[i]) != NULL)
			return fail(&r->ctx, E_S3_NO_FEATURE, "this store has no %s",
				unknown[i]);
	return OK;
}

enum err
store_md5(struct req *r, const char **out)
{
	const char *text = req_header(r, "Content-MD5");
	unsigned char bytes[MD5_BYTES + 8];

	*out = NULL;
	if (text == NULL)
		return OK;
	if (strlen(text) != MD5_BASE64 || text[MD5_BASE64 - 3] == '=' ||
		!str_eq(text + MD5_BASE64 - 2, "==") ||
		EVP_DecodeBlock(bytes, (const unsigned char *)text, MD5_BASE64) !=
			MD5_BYTES + 2)
		return fail(&r->ctx, E_S3_MD5_FORM, NULL);
	*out = hex_text(&r->ctx.arena, bytes, MD5_BYTES);
	return OK;
}

/* Digits of a base64 text of exactly so many bytes; NULL for anything else. */
static const char *
digits_of(struct req *r, const char *text, size_t bytes)
{
	unsigned char plain[EVP_MAX_MD_SIZE];
	size_t n;

	if (sodium_base642bin(plain, sizeof(plain), text, strlen(text), NULL, &n, NULL,
		    sodium_base64_VARIANT_ORIGINAL) != 0 ||
		n != bytes)
		return NULL;
	return hex_text(&r->ctx.arena, plain, n);
}

/* x-amz-checksum-crc32 and its like: at most one may be sent. */
enum err
store_checksum(struct req *r, struct disk_wish *out, const char **header)
{
	static const struct {
		const char *header;
		enum digest_kind kind;
	} known[] = {{"x-amz-checksum-crc32", DIGEST_CRC32},
		{"x-amz-checksum-crc32c", DIGEST_CRC32C},
		{"x-amz-checksum-sha1", DIGEST_SHA1},
		{"x-amz-checksum-sha256", DIGEST_SHA256}};
	static const char *const unknown[] = {"x-amz-checksum-crc64nvme",
		"x-amz-checksum-md5", "x-amz-checksum-sha512", "x-amz-checksum-xxhash3",
		"x-amz-checksum-xxhash64", "x-amz-checksum-xxhash128", "x-amz-trailer"};

	*header = NULL;
	for (size_t i = 0; i < sizeof(unknown) / sizeof(*unknown); i++)
		if (req_header(r, unknown[i]) != NULL)
			return fail(&r->ctx, E_S3_NO_FEATURE,
				"this store does not know the header %s", unknown[i]);
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		const char *text = req_header(r, known[i].header);

		if (text == NULL)
			continue;
		out->kind = known[i].kind;
		const char *digits = digits_of(r, text, digest_size(out->kind));
		if (digits == NULL || out->checksum != NULL)
			return fail(&r->ctx, E_S3_CHECKSUM_FORM, NULL);
		out->checksum = digits;
		*header = known[i].header;
	}
	return OK;
}

/* Said again in the answer, as S3 does, once it is known to be right. */
void
store_say_checksum(struct req *r)
{
	struct disk_wish wish = {0};
	const char *header;

	if (store_checksum(r, &wish, &header) == OK && header != NULL)
		reply_header(r, header, req_header(r, header));
}

enum err
store_wish(struct req *r, struct disk_wish *out)
{
	const char *header;

	*out = (struct disk_wish){.sha256 = call_of(r)->payload};
	TRY(store_md5(r, &out->md5));
	TRY(store_checksum(r, out, &header));
	if (!int_read(req_param(r, "STORE_LENGTH"), &out->size))
		return fail(&r->ctx, E_S3_NO_LENGTH, NULL);
	return OK;
}

enum err
store_small_body(struct req *r)
{
	const char *sha256 = call_of(r)->payload, *md5;

	TRY(store_md5(r, &md5));
	if (md5 != NULL &&
		!str_eq(md5, digest_of(&r->ctx, DIGEST_MD5, r->body, r->body_size)))
		return fail(&r->ctx, E_S3_MD5, NULL);
	if (sha256 != NULL &&
		!str_eq(sha256, sha256_hex(&r->ctx.arena, r->body, r->body_size)))
		return fail(&r->ctx, E_S3_SHA256, NULL);
	return OK;
}

const char *
store_time(struct req *r, struct utc at)
{
	const char *iso;

	at.us -= at.us % US_PER_SECOND;
	iso = utc_iso(&r->ctx.arena, at);
	return arena_fmt(&r->ctx.arena, "%.19s.000Z", iso);
}

/* A server that is off or not active takes no new objects of files; what has begun may
 * end. */
static enum err
check_open(struct req *r)
{
	const struct store_call *call = call_of(r);
	bool begins = r->method == PUT ? store_query(r, "uploadId") == NULL
				       : store_query(r, "uploads") != NULL;

	if (call->closed && begins && call->name.key[0] != '\0' &&
		str_eq(call->name.bucket, conf.s3_bucket))
		return fail(&r->ctx, E_DENIED,
			"this server takes no new objects at the moment");
	return OK;
}

/* What would be promised by doing the rest: better said than left out. */
static enum err
check_wishes(struct req *r)
{
	static const char *const unknown[] = {"x-amz-copy-source",
		"x-amz-server-side-encryption",
		"x-amz-server-side-encryption-customer-algorithm",
		"x-amz-object-lock-mode", "x-amz-object-lock-retain-until-date",
		"x-amz-object-lock-legal-hold", "x-amz-website-redirect-location",
		"x-amz-tagging", "x-amz-grant-read", "x-amz-grant-full-control",
		"If-Match", "If-None-Match"};
	const char *acl = req_header(r, "x-amz-acl");

	for (size_t i = 0; i < sizeof(unknown) / sizeof(*unknown); i++)
		if (req_header(r, unknown[i]) != NULL)
			return fail(&r->ctx, E_S3_NO_FEATURE,
				"this store does not know the header %s", unknown[i]);
	return acl == NULL || str_eq(acl, "private")
		       ? OK
		       : fail(&r->ctx, E_S3_NO_FEATURE, "this store has no ACLs");
}

/* PUT, POST /.check: asked by nginx before the body of any PUT or POST. 204, or why
 * not. */
enum err
check_body(struct req *r)
{
	struct ctx *c = &r->ctx;
	const char *length = req_param(r, "STORE_LENGTH"), *md5, *header;
	struct disk_wish wish = {0};
	int64_t bytes;

	if (!int_read(length, &bytes))
		return fail(c, E_S3_NO_LENGTH, NULL);
	if (bytes > (r->method == PUT ? conf.store_max_bytes : conf.fcgi_max_body))
		return fail(c, E_TOO_LARGE, NULL);
	TRY(store_md5(r, &md5));
	TRY(r->method == PUT ? store_plain_call(r) : OK);
	TRY(r->method == PUT ? store_checksum(r, &wish, &header) : OK);
	TRY(check_wishes(r));
	TRY(check_open(r));
	TRY(scrub_city(c, call_of(r)->name.server));
	return reply_empty(r, 204);
}

static const char *const prefixes[] = {NULL};

static const struct route routes[] = {
#define ROUTE(...) ROUTE_ROW(__VA_ARGS__),
#include "store/routes.def"
#undef ROUTE
};

static const struct wire_case cases[] = {
#define CASE(err, status, words) {err, status, words},
#include "store/cases.def"
#undef CASE
};

const struct face store_face = {
	.name = "store",
	.prefixes = prefixes,
	.routes = routes,
	.route_count = sizeof(routes) / sizeof(*routes),
	.cases = cases,
	.case_count = sizeof(cases) / sizeof(*cases),
	.enter = enter,
	.refuse = refuse,
	.takes = takes,
	.body_first = true,
};
