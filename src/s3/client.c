#include "s3/client.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/conf.h"
#include "base/fence.h"
#include "base/str.h"
#include "s3/call.h"
#include "s3/sigv4.h"

#define CONNECT_SECONDS 5L
#define IDLE_SECONDS 30L /* without a byte */
#define LINK_SECONDS 3600
#define MOST_ANSWER                                                                    \
	8388608 /* bytes; a page of a thousand long keys has half a megabyte */

/* scheme://bucket.host[:port] */
static const char *
bucket_base(struct ctx *c, const struct s3_site *site)
{
	const char *host = strstr(site->base, "://");

	if (!site->virtual_host || host == NULL)
		return site->base;
	host += 3;
	return arena_fmt(&c->arena, "%.*s%s.%s", (int)(host - site->base), site->base,
		site->bucket, host);
}

/* Signs a link to an object or its bucket; extra and extras are taken from it. */
static const char *
address(struct ctx *c, const struct s3_object *o, struct s3_link link)
{
	const struct s3_site *site = &o->site;
	const struct s3_key key = {conf.s3_user, conf.s3_password, site->region, NULL};
	struct pair *all = arena_new(&c->arena, (link.extras + 1) * sizeof(*all));
	const char *name = o->key == NULL ? "" : o->key;

	for (size_t i = 0; i < link.extras; i++)
		all[i] = link.extra[i];
	link.extra = all;
	link.base = bucket_base(c, site);
	if (conf.s3_session_token[0] != '\0')
		all[link.extras++] =
			(struct pair){"X-Amz-Security-Token", conf.s3_session_token};
	if (site->virtual_host)
		link.path = arena_fmt(&c->arena, "/%s", name);
	else if (o->key == NULL)
		link.path = arena_fmt(&c->arena, "/%s", site->bucket);
	else
		link.path = arena_fmt(&c->arena, "/%s/%s", site->bucket, name);
	return s3_presign(&c->arena, &key, &link, utc_now());
}

const char *
s3_address(struct ctx *c, const struct s3_object *o, const char *method,
	const struct pair *extra, size_t extras, int64_t seconds)
{
	return address(c, o,
		(struct s3_link){.method = method,
			.extra = extra,
			.extras = extras,
			.seconds = seconds});
}

const char *
s3_upload_address(
	struct ctx *c, const struct s3_object *o, int64_t size, int64_t seconds)
{
	static const struct pair once = {S3_ONCE, "1"};

	return address(c, o,
		(struct s3_link){.method = "PUT",
			.extra = &once,
			.extras = 1,
			.content_length = arena_fmt(&c->arena, "%lld", (long long)size),
			.seconds = seconds});
}

const char *
s3_part_address(struct ctx *c, const struct s3_object *o, const char *id,
	int64_t number, int64_t size, int64_t seconds)
{
	const struct pair extra[] = {
		{"partNumber", arena_fmt(&c->arena, "%lld", (long long)number)},
		{"uploadId", id}};

	return address(c, o,
		(struct s3_link){.method = "PUT",
			.extra = extra,
			.extras = 2,
			.content_length = arena_fmt(&c->arena, "%lld", (long long)size),
			.seconds = seconds});
}

size_t
s3_take_header(char *line, size_t size, size_t n, void *call)
{
	struct s3_call *k = call;
	size_t length = size * n;

	if (length > 12 && strncmp(line, "HTTP/", 5) == 0) {
		const char *space = memchr(line, ' ', length);
		k->status = space == NULL ? 0 : strtol(space, NULL, 10);
		k->state.etag = NULL;
	} else if (length > 5 && strncasecmp(line, "etag:", 5) == 0) {
		char *tag = str_trim(
			&k->c->arena, arena_strn(&k->c->arena, line + 5, length - 5));
		size_t end = strlen(tag);
		if (end >= 2 && tag[0] == '"' && tag[end - 1] == '"') {
			tag[end - 1] = '\0';
			tag++;
		}
		k->state.etag = tag;
	}
	return length;
}

CURL *
s3_handle(struct s3_call *k)
{
	const struct http_limits limits = {.connect_seconds = CONNECT_SECONDS,
		.idle_seconds = IDLE_SECONDS,
		.bytes = k->most == 0 ? MOST_ANSWER : k->most};
	const char *const plain[] = {"Expect:",
		k->type == NULL ? "Content-Type:"
				: arena_fmt(&k->c->arena, "Content-Type: %s", k->type)};
	CURL *h = http_handle(k->c,
		s3_address(k->c, k->o, k->method, k->extra, k->extras, LINK_SECONDS),
		&limits, &k->answer);

	http_headers(k->c, h, plain, 2);
	curl_easy_setopt(h, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(h, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(h, CURLOPT_HEADERFUNCTION, s3_take_header);
	curl_easy_setopt(h, CURLOPT_HEADERDATA, k);
	if (conf.s3_ca_file[0] != '\0')
		curl_easy_setopt(h, CURLOPT_CAINFO, conf.s3_ca_file);
	if (str_eq(k->method, "HEAD"))
		curl_easy_setopt(h, CURLOPT_NOBODY, 1L);
	else if (!str_eq(k->method, "GET"))
		curl_easy_setopt(h, CURLOPT_CUSTOMREQUEST, k->method);
	return h;
}

enum err
s3_run(struct s3_call *k)
{
	struct ctx *c = k->c;
	curl_off_t length = 0;

	TRY(fence_check(c));
	CURL *h = s3_handle(k);
	if (str_eq(k->method, "PUT") || str_eq(k->method, "POST")) {
		const char *body = k->body == NULL ? "" : k->body;
		curl_easy_setopt(h, CURLOPT_POSTFIELDSIZE_LARGE,
			(curl_off_t)(k->body_size > 0 ? k->body_size : strlen(body)));
		curl_easy_setopt(h, CURLOPT_POSTFIELDS, body);
	}
	const char *why = http_run(h, &k->status);
	if (why != NULL)
		return fail(
			c, E_SERVER_DOWN, "%s %s: %s", k->method, k->o->site.base, why);
	curl_easy_getinfo(h, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
	k->state.size = length;
	k->state.found = k->status >= 200 && k->status < 300;
	if (k->status >= 500 && k->status != 501)
		return fail(c, E_SERVER_DOWN, "%s %s: status %ld", k->method,
			k->o->site.base, k->status);
	return OK;
}

enum err
s3_check_answer(struct s3_call *k, bool absent)
{
	if (k->state.found || (absent && k->status == 404))
		return OK;
	return fail(k->c, E_PEER, "%s %s: status %ld", k->method, k->o->site.base,
		k->status);
}

enum err
s3_head(struct ctx *c, const struct s3_object *o, struct s3_state *out)
{
	struct s3_call k = {.c = c, .o = o, .method = "HEAD"};

	TRY(s3_run(&k));
	TRY(s3_check_answer(&k, true));
	*out = k.state;
	return OK;
}

enum err
s3_delete(struct ctx *c, const struct s3_object *o)
{
	struct s3_call k = {.c = c, .o = o, .method = "DELETE"};

	TRY(s3_run(&k));
	return s3_check_answer(&k, true);
}

enum err
s3_make_bucket(struct ctx *c, const struct s3_site *site)
{
	const struct s3_object o = {.site = *site};
	struct s3_call k = {.c = c, .o = &o, .method = "PUT"};

	/* us-east-1 is the one region that must not be named. */
	if (!str_eq(site->region, "us-east-1"))
		k.body = arena_fmt(&c->arena,
			"<CreateBucketConfiguration "
			"xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
			"<LocationConstraint>%s</LocationConstraint>"
			"</CreateBucketConfiguration>",
			site->region);
	TRY(s3_run(&k));
	return k.status == 409 ? OK : s3_check_answer(&k, false);
}

enum err
s3_notify(struct ctx *c, const struct s3_site *site, const char *arn)
{
	const struct s3_object o = {.site = *site};
	const struct pair what = {"notification", ""};
	struct buf body = {.arena = &c->arena};
	struct s3_call k = {
		.c = c, .o = &o, .method = "PUT", .extra = &what, .extras = 1};
	const char *kind = str_starts(arn, "arn:aws:sns:") ? "Topic" : "Queue";

	buf_fmt(&body,
		"<NotificationConfiguration "
		"xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
		"<%sConfiguration><Id>samovar</Id><%s>",
		kind, kind);
	buf_xml(&body, arn);
	buf_fmt(&body,
		"</%s><Event>s3:ObjectCreated:*</Event><Event>"
		"s3:ObjectRemoved:*</Event></%sConfiguration>"
		"</NotificationConfiguration>",
		kind, kind);
	k.body = buf_text(&body);
	TRY(s3_run(&k));
	return s3_check_answer(&k, false);
}
