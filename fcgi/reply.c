#include "reply.h"

#include <stdarg.h>
#include <string.h>

#include "base/str.h"
#include "face.h"

#define FLUSH_BYTES (256 << 10)

void
reply_header(struct req *r, const char *name, const char *value)
{
	struct header *h = arena_new(&r->ctx.arena, sizeof(*h)), **end = &r->headers;

	if (strpbrk(value, "\r\n") != NULL)
		return;
	*h = (struct header){NULL, name, value};
	while (*end != NULL)
		end = &(*end)->next;
	*end = h;
}

void
reply_header_fmt(struct req *r, const char *name, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	reply_header(r, name, arena_vfmt(&r->ctx.arena, format, args));
	va_end(args);
}

void
reply_retry_after(struct req *r, int64_t seconds)
{
	for (const struct error_detail *t = r->ctx.error_details; t != NULL;
		t = t->next)
		if (str_eq(t->key, "retry_after"))
			seconds = t->value;
	if (seconds > 0)
		reply_header_fmt(r, "Retry-After", "%lld", (long long)seconds);
}

void
reply_reset(struct req *r)
{
	r->status = 0;
	r->headers = NULL;
	r->out = (struct buf){.arena = &r->ctx.arena};
}

static void
start(struct req *r, int status)
{
	r->status = status;
	r->out = (struct buf){.arena = &r->ctx.arena};
}

enum err
reply(struct req *r, int status, const struct field *fields, const void *row)
{
	start(r, status);
	reply_header(r, "Content-Type", "application/json");
	fields_to_json(&r->out, fields, row, r->face->manners->style);
	return OK;
}

enum err
reply_json(struct req *r, int status, const char *json)
{
	return reply_text(r, status, "application/json", json == NULL ? "[]" : json,
		strlen(json == NULL ? "[]" : json));
}

enum err
reply_text(struct req *r, int status, const char *type, const char *text, size_t n)
{
	start(r, status);
	reply_header(r, "Content-Type", type);
	buf_addn(&r->out, text, n);
	return OK;
}

enum err
reply_empty(struct req *r, int status)
{
	start(r, status);
	return OK;
}

enum err
reply_redirect(struct req *r, int status, const char *location)
{
	start(r, status);
	reply_header(r, "Location", location);
	return OK;
}

/* RFC 9110, 15. A status line must have the space before the reason, which may be
 * empty. */
static const char *
reason(int status)
{
	static const struct {
		int status;
		const char *phrase;
	} known[] = {{200, "OK"}, {201, "Created"}, {202, "Accepted"},
		{204, "No Content"}, {206, "Partial Content"}, {302, "Found"},
		{303, "See Other"}, {304, "Not Modified"}, {307, "Temporary Redirect"},
		{308, "Permanent Redirect"}, {400, "Bad Request"},
		{401, "Unauthorized"}, {403, "Forbidden"}, {404, "Not Found"},
		{405, "Method Not Allowed"}, {409, "Conflict"}, {410, "Gone"},
		{411, "Length Required"}, {412, "Precondition Failed"},
		{413, "Content Too Large"}, {415, "Unsupported Media Type"},
		{416, "Range Not Satisfiable"}, {422, "Unprocessable Content"},
		{429, "Too Many Requests"}, {500, "Internal Server Error"},
		{501, "Not Implemented"}, {503, "Service Unavailable"}};

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (known[i].status == status)
			return known[i].phrase;
	return "";
}

static void
head(struct req *r, struct buf *out, bool whole)
{
	bool sized = !whole;

	buf_fmt(out, "Status: %d %s\r\n", r->status, reason(r->status));
	for (const struct header *h = r->headers; h != NULL; h = h->next) {
		buf_fmt(out, "%s: %s\r\n", h->name, h->value);
		sized = sized || str_eq(h->name, "Content-Length");
	}
	/* An answer without a body has no length either: 204 and 304 forbid one. */
	if (!sized && r->status >= 200 && r->status != 204 && r->status != 304)
		buf_fmt(out, "Content-Length: %zu\r\n", r->out.used);
	buf_add(out, "\r\n");
}

static void
send_out(struct req *r, bool whole)
{
	struct buf b = {.arena = &r->ctx.arena};

	if (r->sent == 0) {
		head(r, &b, whole);
		r->send(r->send_to, b.text, b.used);
	}
	if (!r->head_only && r->out.used > 0)
		r->send(r->send_to, r->out.text, r->out.used);
	r->sent += r->out.used;
	r->out.used = 0;
}

void
reply_flush(struct req *r)
{
	if (r->send != NULL && r->out.used >= FLUSH_BYTES)
		send_out(r, false);
}

void
reply_send(struct req *r)
{
	send_out(r, true);
}
