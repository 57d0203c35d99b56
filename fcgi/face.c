#include "face.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/conf.h"
#include "base/log.h"
#include "base/str.h"
#include "cors.h"
#include "db/db.h"
#include "reply.h"

#define RETRY_SECONDS 5

const struct input NO_BODY = {0, NULL};

static bool
has_prefix(const char *path, const char *prefix)
{
	size_t n = strlen(prefix);

	return strncmp(path, prefix, n) == 0 && (path[n] == '/' || path[n] == '\0');
}

/* Sets the face and cuts its prefix off the path. The last face takes what no other
 * takes. */
static void
find_face(struct req *r)
{
	for (const struct face *const *f = faces; *f != NULL; f++) {
		r->face = *f;
		if ((*f)->takes != NULL && (*f)->takes(r))
			return;
		for (const char *const *p = (*f)->prefixes; *p != NULL; p++)
			if ((*p)[0] != '\0' && has_prefix(r->path, *p)) {
				r->path += strlen(*p);
				return;
			}
	}
}

/* Does the path fit the pattern? Fills r->word with what {id}, {uuid} and {word} stand
 * for. */
static bool
path_fits(struct req *r, const char *pattern, const char *path)
{
	int n = 0;

	while (*pattern != '\0') {
		if (*pattern != '{') {
			if (*pattern++ != *path++)
				return false;
			continue;
		}
		size_t length = strcspn(path, "/");
		if (length == 0 || n == MAX_WORDS)
			return false;
		if (strncmp(pattern, "{rest}", 6) == 0)
			length = strlen(path);
		r->word[n++] = arena_strn(&r->ctx.arena, path, length);
		path += length;
		pattern = strchr(pattern, '}') + 1;
	}
	return *path == '\0';
}

static enum err
not_allowed(struct req *r, int methods)
{
	static const char *const names[] = {"GET", "POST", "PUT", "PATCH", "DELETE"};
	struct buf allow = {.arena = &r->ctx.arena};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if ((methods & 1 << i) != 0)
			buf_fmt(&allow, "%s%s", allow.used > 0 ? ", " : "", names[i]);
	reply_header(r, "Allow", buf_text(&allow));
	return fail(&r->ctx, E_METHOD, NULL);
}

/* Is the path, but for its last slash, one of the table that has no variable part? */
static bool
is_word_with_slash(struct req *r)
{
	size_t n = strlen(r->path);

	for (size_t i = 0; r->face->mends_slash && i < r->face->route_count; i++) {
		const char *path = r->face->routes[i].path;

		if (strchr(path, '{') == NULL && strlen(path) == n - 1 &&
			strncmp(path, r->path, n - 1) == 0 && r->path[n - 1] == '/')
			return true;
	}
	return false;
}

static void
drop_last_slash(struct req *r)
{
	size_t n = strlen(r->path);

	if (r->face->either_slash && n > 1 && r->path[n - 1] == '/')
		r->path = arena_strn(&r->ctx.arena, r->path, n - 1);
}

static enum err
find_route(struct req *r)
{
	enum method method = r->head_only && r->face->serves_head ? GET : r->method;
	int methods = 0;

	drop_last_slash(r);
	for (size_t i = 0; i < r->face->route_count; i++) {
		const struct route *row = &r->face->routes[i];

		if (!path_fits(r, row->path, r->path))
			continue;
		/* /administrators/me/ is not an account whose id is "me". */
		if (strchr(row->path, '{') != NULL && is_word_with_slash(r))
			return fail(&r->ctx, E_NO_ROUTE, NULL);
		if (row->method == method) {
			r->route = row;
			return OK;
		}
		methods |= (int)row->method;
	}
	return methods != 0 ? not_allowed(r, methods) : fail(&r->ctx, E_NO_ROUTE, NULL);
}

/* A path that is one of the table but for its last slash: there with 307, query kept.
 */
static bool
redirect_slash(struct req *r)
{
	struct arena *a = &r->ctx.arena;
	const char *full = req_param(r, "DOCUMENT_URI"), *path = r->path;
	size_t n = strlen(path), whole = strlen(full);
	bool cut = n > 1 && path[n - 1] == '/';
	const char *other =
		cut ? arena_strn(a, path, n - 1) : arena_fmt(a, "%s/", path);

	if (!r->face->mends_slash || n == 0)
		return false;
	for (size_t i = 0; i < r->face->route_count; i++) {
		if (!path_fits(r, r->face->routes[i].path, other))
			continue;
		const char *to = cut ? arena_strn(a, full, whole - 1)
				     : arena_fmt(a, "%s/", full);
		reply_redirect(r, 307,
			arena_fmt(a, "%s%s%s", percent_encode(a, to, true),
				r->query[0] == '\0' ? "" : "?", r->query));
		return true;
	}
	return false;
}

enum err
face_input(struct req *r, bool strict)
{
	struct ctx *c = &r->ctx;
	const struct route *row = r->route;
	const char *pattern = row->path;

	bool of_body = row->in != &NO_BODY && (row->flags & QUERY) == 0;

	if (of_body && !r->body_check)
		TRY(req_body(r));
	for (int i = 0; (pattern = strchr(pattern, '{')) != NULL; pattern++, i++) {
		if (strncmp(pattern, "{uuid}", 6) == 0) {
			const char *uuid = uuid_read(&c->arena, r->word[i]);
			if (uuid == NULL)
				flaw_add(c, (struct flaw){.place = "path",
						    .field = "id",
						    .kind = FLAW_FORM,
						    .expected = "uuid"});
			else
				r->word[i] = uuid;
		} else if (strncmp(pattern, "{id}", 4) == 0 &&
			   !int_read(r->word[i], &r->id[i])) {
			flaw_add(c, (struct flaw){.place = "path",
					    .field = "id",
					    .kind = FLAW_TYPE,
					    .expected = "integer"});
		}
	}
	if (row->in == &NO_BODY || (of_body && r->body_check))
		return c->err;

	void *in = arena_new(&c->arena, row->in->size);
	r->in = in;
	if ((row->flags & QUERY) != 0) {
		fields_from_pairs(
			c, r->pairs, r->pair_count, "query", row->in->fields, in);
		return c->err;
	}
	if ((row->flags & MAYBE) != 0 &&
		(r->body_size == 0 || str_eq(str_trim(&c->arena, r->body), "null")))
		return c->err;
	struct json_object *json;
	size_t most = r->trusted ? VALUES_MOST : STRANGER_VALUES;
	const char *body = r->body == NULL ? "" : r->body;
	if (json_read_input(c, body, r->body_size, most, &json) == OK)
		fields_from_json(c, json, row->in->fields, strict, in);
	return c->err;
}

/* The answer in a form that auth_request understands: 204, or 401 and, in headers, what
 * the caller is to get. */
static void
answer_body_check(struct req *r)
{
	if (r->status == 204 || r->method == OPTIONS) {
		r->status = 204;
		return;
	}
	reply_header_fmt(r, "X-Refusal-Status", "%d", r->status);
	reply_header(r, "X-Refusal-Body", buf_text(&r->out));
	r->status = 401;
	r->out.used = 0;
}

static enum err
run(struct req *r)
{
	struct ctx *c = &r->ctx;

	if (r->face->body_first) {
		r->trusted = true;
		TRY(req_body(r));
	}
	TRY(r->face->enter(r));
	if (r->body_check)
		return reply_empty(r, 204);
	if ((r->route->flags & TX) == 0)
		return r->route->handle(r);
	TRY(db_begin(c));
	enum err e = r->route->handle(r);
	if (e == OK)
		return db_commit(c);
	db_rollback(c);
	return e;
}

const struct wire_case *
face_case(const struct face *f, enum err e)
{
	for (;; e = err_fallback(e)) {
		for (const struct wire_case *w = f->cases; w->status != 0; w++)
			if (w->err == e)
				return w;
		if (err_fallback(e) == e)
			return face_case(f, E_BUG);
	}
}

/* Whoever has waited so long for a sign-in has gone; those behind them have not. nginx
 * says when it handed the request over; the clock is the real one, whatever c->now. */
static enum err
waited(struct req *r)
{
	double queued = strtod(req_param(r, "QUEUED_AT"), NULL);
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	if (queued <= 0 ||
		(double)now.tv_sec - queued <= (double)conf.fcgi_sign_in_wait)
		return OK;
	tell(&r->ctx, "retry_after", RETRY_SECONDS);
	return fail(&r->ctx, E_BUSY, NULL);
}

static void
serve(struct req *r, enum err read_err)
{
	find_face(r);
	if (cors_answer(r))
		return;
	enum err e = find_route(r);
	if (e == E_NO_ROUTE && redirect_slash(r))
		return;
	if (e == OK)
		e = read_err;
	if (e == OK)
		e = waited(r);
	if (e == OK)
		e = run(r);
	if (e != OK && r->sent > 0) {
		log_warn("the answer was cut off: %s", err_name(e));
		r->broken = true;
	} else if (e != OK) {
		struct header *kept = r->headers; /* Allow, CORS */

		reply_reset(r);
		r->headers = kept;
		r->face->refuse(r, e);
	}
}

void
face_serve(struct req *r, enum err read_err)
{
	serve(r, read_err);
	if (r->body_check)
		answer_body_check(r);
}

const char *
face_route_name(const struct face *f, const struct route *row)
{
	return row->name + strlen(f->name) + 1;
}

size_t
face_route_count(void)
{
	size_t n = 0;

	for (const struct face *const *f = faces; *f != NULL; f++)
		n += (*f)->route_count + 1;
	return n;
}

/* Each face has one number more, for what its table does not have. Rows of one handler
 * count as one, because they bear one name. */
size_t
face_route_index(const struct req *r)
{
	size_t n = 0;

	for (const struct face *const *f = faces; *f != NULL && *f != r->face; f++)
		n += (*f)->route_count + 1;
	if (r->face == NULL || r->route == NULL)
		return n + (r->face == NULL ? 0 : r->face->route_count);
	for (size_t i = 0; i < r->face->route_count; i++)
		if (r->face->routes[i].handle == r->route->handle)
			return n + i;
	return n + r->face->route_count;
}

const struct route *
face_route_at(size_t index, const struct face **face)
{
	for (const struct face *const *f = faces; *f != NULL; f++) {
		*face = *f;
		if (index < (*f)->route_count)
			return &(*f)->routes[index];
		if (index == (*f)->route_count)
			return NULL;
		index -= (*f)->route_count + 1;
	}
	return NULL;
}
