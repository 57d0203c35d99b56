/* The headers that an object keeps, and those that it is answered with. */
#include "store/headers.h"

#include <string.h>
#include <strings.h>

#include "base/str.h"
#include "reply.h"
#include "store.h"

/* What of the headers nginx drops when it sends a file itself comes back by these names
 * (conf/nginx/store-lines.conf.in). */
#define LINE "X-Store-Line-%zu"
#define LINES_MOST 48

const char *
store_header(struct req *r, const char *name)
{
	const char *value = req_header(r, name);

	return value != NULL ? value : store_query(r, name);
}

/* FastCGI writes a hyphen and an underscore alike; which it was, the signature knows.
 */
static const char *
true_name(struct req *r, const char *name)
{
	const char *s = call_of(r)->payload.signed_headers;

	while (*s != '\0') {
		size_t n = strcspn(s, ";"), i = 0;

		while (i < n && (s[i] == '_' ? '-' : s[i]) == name[i])
			i++;
		if (i == n && name[i] == '\0')
			return arena_strn(&r->ctx.arena, s, n);
		s += n + (s[n] == ';');
	}
	return name;
}

static enum err
add_metadata(struct req *r, struct headers *h)
{
	const struct store_call *call = call_of(r);
	const char *name;

	for (size_t i = 0; (name = call->signed_part.amz_header(r, i)) != NULL; i++) {
		const char *value = req_header(r, name);
		if (str_starts(name, HEADERS_META))
			TRY(headers_add(&r->ctx, h, true_name(r, name),
				value == NULL ? "" : value));
	}
	/* Makers of presigned addresses may put them there. */
	for (size_t i = 0; i < call->query_count; i++)
		if (str_starts(call->query[i].name, HEADERS_META))
			TRY(headers_add(
				&r->ctx, h, call->query[i].name, call->query[i].value));
	return OK;
}

enum err
store_headers_read(struct req *r, const char **out)
{
	static const char *const kept[] = {"Cache-Control", "Content-Disposition",
		"Content-Encoding", "Content-Language", "Expires"};
	struct headers h = {0};

	for (size_t i = 0; i < sizeof(kept) / sizeof(*kept); i++) {
		const char *value = req_header(r, kept[i]);
		if (value != NULL)
			TRY(headers_add(&r->ctx, &h, kept[i], value));
	}
	TRY(add_metadata(r, &h));
	*out = headers_text(&h);
	return OK;
}

/* What a client wants to be told instead of what the object has. */
static const struct {
	const char *query, *header;
} overrides[STORE_OVERRIDES] = {{"response-cache-control", "Cache-Control"},
	{"response-content-disposition", "Content-Disposition"},
	{"response-content-encoding", "Content-Encoding"},
	{"response-content-language", "Content-Language"},
	{"response-content-type", "Content-Type"}, {"response-expires", "Expires"}};

static const char *
override(struct req *r, const char *header)
{
	for (size_t i = 0; i < STORE_OVERRIDES; i++)
		if (str_eq(overrides[i].header, header)) {
			const char *value = store_query(r, overrides[i].query);
			return value == NULL || *value == '\0' ? NULL : value;
		}
	return NULL;
}

size_t
store_overrides(struct req *r, struct pair *out)
{
	size_t n = 0;

	for (size_t i = 0; i < STORE_OVERRIDES; i++) {
		const char *value = store_query(r, overrides[i].query);
		if (value != NULL)
			out[n++] = (struct pair){overrides[i].query, value};
	}
	return n;
}

static bool
nginx_keeps(const char *name)
{
	return str_eq(name, "Cache-Control") || str_eq(name, "Content-Disposition") ||
	       str_eq(name, "Expires");
}

/* One header of the answer: as it is or, of a file that nginx sends, as a line for it.
 */
static void
say(struct req *r, bool by_nginx, size_t *lines, const char *name, const char *value)
{
	if (!by_nginx || nginx_keeps(name))
		reply_header(r, name, value);
	else if (*lines < LINES_MOST)
		reply_header_fmt(r, arena_fmt(&r->ctx.arena, LINE, ++*lines), "%s: %s",
			name, value);
}

/* "crc32:AAAAAA==", of parts with their number behind it; only of the whole. */
static void
say_checksum(struct req *r, const struct store_object *o, bool by_nginx, size_t *lines)
{
	const char *mode = store_header(r, "x-amz-checksum-mode");
	size_t kind = o->checksum == NULL ? 0 : strcspn(o->checksum, ":");

	if (kind == 0 || mode == NULL || strcasecmp(mode, "ENABLED") != 0 ||
		req_header(r, "Range") != NULL)
		return;
	const char *value = o->checksum + kind + 1;
	say(r, by_nginx, lines,
		arena_fmt(&r->ctx.arena, "x-amz-checksum-%.*s", (int)kind, o->checksum),
		value);
	say(r, by_nginx, lines, "x-amz-checksum-type",
		strchr(value, '-') == NULL ? "FULL_OBJECT" : "COMPOSITE");
}

void
store_say_unchanged(struct req *r, const struct store_object *o)
{
	const char *at = o->headers;
	struct header_line line;

	reply_header_fmt(r, "ETag", "\"%s\"", o->etag);
	reply_header(r, "Last-Modified", http_date(&r->ctx.arena, o->modified));
	while (headers_next(&r->ctx.arena, &at, &line))
		if (str_eq(line.name, "Cache-Control") || str_eq(line.name, "Expires"))
			reply_header(r, line.name, line.value);
}

bool
store_say_headers(struct req *r, const struct store_object *o, bool by_nginx)
{
	const char *type = override(r, "Content-Type"), *at = o->headers;
	struct header_line line;
	size_t lines = 0;

	reply_header(r, "Content-Type", type == NULL ? o->content_type : type);
	reply_header_fmt(r, "ETag", "\"%s\"", o->etag);
	reply_header(r, "Last-Modified", http_date(&r->ctx.arena, o->modified));
	for (size_t i = 0; i < STORE_OVERRIDES; i++) {
		const char *name = overrides[i].header;
		if (!str_eq(name, "Content-Type") && override(r, name) != NULL)
			say(r, by_nginx, &lines, name, override(r, name));
	}
	while (headers_next(&r->ctx.arena, &at, &line))
		if (override(r, line.name) == NULL)
			say(r, by_nginx, &lines, line.name, line.value);
	say_checksum(r, o, by_nginx, &lines);
	return lines > 0;
}

/* An etag as clients send it, perhaps in quotation marks. */
static const char *
bare(struct ctx *c, const char *etag)
{
	size_t n = strlen(etag);

	return n >= 2 && etag[0] == '"' && etag[n - 1] == '"'
		       ? arena_strn(&c->arena, etag + 1, n - 2)
		       : etag;
}

enum err
store_condition(struct req *r, struct object_condition *out)
{
	const char *none = req_header(r, "If-None-Match"),
		   *match = req_header(r, "If-Match");

	*out = (struct object_condition){PUT_ALWAYS, NULL};
	if (none != NULL && match != NULL)
		return fail(&r->ctx, E_S3_ARGUMENT,
			"If-Match and If-None-Match exclude each other");
	if (none != NULL && !str_eq(none, "*"))
		return fail(&r->ctx, E_S3_NO_FEATURE,
			"If-None-Match of what is stored must be *");
	if (none != NULL)
		out->rule = PUT_ABSENT;
	else if (match != NULL)
		*out = (struct object_condition){PUT_MATCH, bare(&r->ctx, match)};
	else if (store_query(r, S3_ONCE) != NULL)
		out->rule = PUT_ONCE;
	return OK;
}

bool
store_is_copy(struct req *r)
{
	return store_header(r, STORE_SOURCE) != NULL;
}
