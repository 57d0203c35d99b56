#include "router.h"

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

/* How much of the path is the prefix, which has n bytes; 0: it begins otherwise. */
static size_t
prefix_length(const char *path, const char *prefix, size_t n)
{
	const char *at = path, *end = prefix + n;

	while (prefix < end) {
		size_t plain = strcspn(prefix, " {");

		if (strncmp(at, prefix, plain) != 0)
			return 0;
		at += plain;
		prefix += plain;
		if (prefix == end)
			break;
		size_t name = strcspn(prefix + 1, "}");
		const char *value = conf_text(prefix + 1, name);
		if (!str_starts(at, value))
			return 0;
		at += strlen(value);
		prefix += name + 2;
	}
	return *at == '/' || *at == '\0' ? (size_t)(at - path) : 0;
}

static bool
has_prefix(struct req *r, const struct face *f)
{
	for (const char *p = f->prefixes; *p != '\0';) {
		size_t n = strcspn(p, " "), cut = prefix_length(r->path, p, n);

		r->path += cut;
		if (cut > 0)
			return true;
		p += n + (p[n] == ' ');
	}
	return false;
}

/* Sets the face and cuts its prefix off the path. */
static void
find_face(struct req *r)
{
	for (const struct face *f = faces; f->name != NULL; f++) {
		r->face = f;
		if ((f->manners->takes != NULL && f->manners->takes(r)) ||
			has_prefix(r, f))
			return;
	}
}

/* Is it what stands in such a place, where another is another path? */
static bool
id_fits(struct arena *a, const char *pattern, const char *word)
{
	int64_t id;

	if (strncmp(pattern, "{uuid}", 6) == 0)
		return uuid_read(a, word) != NULL;
	return strncmp(pattern, "{id}", 4) != 0 ||
	       (word[strspn(word, "0123456789")] == '\0' && int_read(word, &id));
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
		r->word[n] = arena_strn(&r->ctx.arena, path, length);
		if (r->face->manners->bad_id == BAD_ID_NO_ROUTE &&
			!id_fits(&r->ctx.arena, pattern, r->word[n]))
			return false;
		n++;
		path += length;
		pattern = strchr(pattern, '}') + 1;
	}
	return *path == '\0';
}

/* The methods of the path. A face that answers OPTIONS names all that it answers, by
 * the alphabet and in small letters. */
static void
allow(struct req *r)
{
	static const struct method_name {
		const char *name;
		enum method method;
	} usual[] = {{"GET", GET}, {"POST", POST}, {"PUT", PUT}, {"PATCH", PATCH},
		{"DELETE", DELETE}},
	  small[] = {{"delete", DELETE}, {"get", GET}, {"head", HEAD},
		  {"options", OPTIONS}, {"patch", PATCH}, {"post", POST}, {"put", PUT}};
	bool all = r->face->manners->options != NULL;
	const struct method_name *names = all ? small : usual;
	size_t count =
		all ? sizeof(small) / sizeof(*small) : sizeof(usual) / sizeof(*usual);
	struct buf list = {.arena = &r->ctx.arena};
	int methods = r->methods;

	if (all)
		methods |= OPTIONS |
			   ((methods & GET) != 0 && r->face->manners->serves_head ? HEAD
										  : 0);
	for (size_t i = 0; i < count; i++)
		if ((methods & (int)names[i].method) != 0)
			buf_fmt(&list, "%s%s", list.used > 0 ? ", " : "",
				names[i].name);
	reply_header(r, "Allow", buf_text(&list));
}

/* Is the path, but for its last slash, one of the table that has no variable part? */
static bool
is_word_with_slash(struct req *r)
{
	size_t n = strlen(r->path);

	for (size_t i = 0; r->face->manners->last_slash == SLASH_REDIRECTS &&
			   i < r->face->manners->route_count;
		i++) {
		const char *path = r->face->manners->routes[i].path;

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

	if (r->face->manners->last_slash == SLASH_EITHER && n > 1 &&
		r->path[n - 1] == '/')
		r->path = arena_strn(&r->ctx.arena, r->path, n - 1);
}

/* The route; without one, the methods that the path has instead. */
static void
find_route(struct req *r)
{
	enum method method =
		r->head_only && r->face->manners->serves_head ? GET : r->method;

	for (size_t i = 0; i < r->face->manners->route_count; i++) {
		const struct route *row = &r->face->manners->routes[i];

		if (!path_fits(r, row->path, r->path))
			continue;
		/* /administrators/me/ is not an account whose id is "me". */
		if (strchr(row->path, '{') != NULL && is_word_with_slash(r)) {
			r->methods = 0;
			return;
		}
		if (row->method == method) {
			r->route = row;
			return;
		}
		r->methods |= (int)row->method;
	}
}

void
router_find(struct req *r)
{
	find_face(r);
	drop_last_slash(r);
	find_route(r);
}

bool
router_is_long(const struct req *r)
{
	/* Whether a body would be taken is soon said, however long it takes then. */
	return r->route != NULL && !r->body_check && (r->route->flags & LONG) != 0 &&
	       r->face->manners->is_long(r);
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

	if (r->face->manners->last_slash != SLASH_REDIRECTS || n == 0)
		return false;
	for (size_t i = 0; i < r->face->manners->route_count; i++) {
		if (!path_fits(r, r->face->manners->routes[i].path, other))
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

/* A body that stands in a header: between members of JSON a line's end is a blank. */
static const char *
in_one_line(struct ctx *c, const char *body)
{
	char *line = str_trim(&c->arena, body);

	for (char *p = line; *p != '\0'; p++)
		if (*p == '\n' || *p == '\r')
			*p = ' ';
	return line;
}

/* auth_request passes on one header of a name. */
static void
number_cookies(struct req *r)
{
	int n = 0;

	for (struct header *h = r->headers; h != NULL; h = h->next)
		if (str_eq(h->name, "Set-Cookie"))
			h->name = arena_fmt(&r->ctx.arena, "X-Refusal-Cookie-%d", ++n);
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
	if (buf_text(&r->out)[0] != '<') /* no page: nginx gives it out as JSON */
		reply_header(
			r, "X-Refusal-Body", in_one_line(&r->ctx, buf_text(&r->out)));
	number_cookies(r);
	r->status = 401;
	r->out.used = 0;
}

static enum err
run(struct req *r)
{
	struct ctx *c = &r->ctx;

	if (r->face->manners->body_first) {
		r->trusted = true;
		TRY(req_body(r));
	}
	TRY(r->face->manners->enter(r));
	if (r->body_check)
		return reply_empty(r, 204);
	if ((r->route->flags & TX) == 0)
		return r->route->handle(r);
	TRY(db_begin(c));
	return db_end(c, r->route->handle(r));
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
	error_detail(&r->ctx, "retry_after", RETRY_SECONDS);
	return fail(&r->ctx, E_BUSY, NULL);
}

/* What has no route: a redirect, OPTIONS, or the error that it is. */
static enum err
no_route(struct req *r)
{
	if (r->methods == 0)
		return redirect_slash(r) ? OK : fail(&r->ctx, E_NO_ROUTE, NULL);
	allow(r);
	if (r->method == OPTIONS && r->face->manners->options != NULL)
		return r->face->manners->options(r);
	return fail(&r->ctx, E_METHOD, NULL);
}

static void
refuse(struct req *r, enum err e)
{
	struct header *kept = r->headers; /* Allow, CORS */

	if (r->sent > 0) {
		log_warn("the answer was cut off: %s", err_name(e));
		r->broken = true;
		return;
	}
	reply_reset(r);
	r->headers = kept;
	r->face->manners->refuse(r, e);
}

static void
serve(struct req *r, enum err read_err)
{
	if (cors_answer(r))
		return;
	enum err e = r->route == NULL ? no_route(r) : read_err;
	if (e == OK && r->route != NULL)
		e = waited(r);
	if (e == OK && r->route != NULL)
		e = run(r);
	if (e != OK)
		refuse(r, e);
}

void
router_serve(struct req *r, enum err read_err)
{
	serve(r, read_err);
	cors_expose(r);
	if (r->face->manners->finish != NULL)
		r->face->manners->finish(r);
	if (r->body_check)
		answer_body_check(r);
}

/* Each face has one more, for what its table does not have. */
size_t
router_series(const struct req *r)
{
	const struct manners *own = r->face == NULL ? NULL : r->face->manners;
	size_t n = 0;

	for (const struct face *f = faces; f->name != NULL && f != r->face; f++)
		n += f->manners->route_count + 1;
	if (own == NULL || r->route == NULL)
		return n + (own == NULL ? 0 : own->route_count);
	for (size_t i = 0; i < own->route_count; i++)
		if (own->routes[i].handle == r->route->handle)
			return n + i;
	return n + own->route_count;
}

/* The name of a series: NULL if an earlier row has the same handler. */
static const char *
series_name(const struct face *f, size_t i)
{
	const struct route *routes = f->manners->routes;

	if (i == f->manners->route_count)
		return "none";
	for (size_t k = 0; k < i; k++)
		if (routes[k].handle == routes[i].handle)
			return NULL;
	return face_route_name(f, &routes[i]);
}

const struct metrics_series *
router_all_series(struct arena *a, size_t *count)
{
	size_t n = 0;

	for (const struct face *f = faces; f->name != NULL; f++)
		n += f->manners->route_count + 1;
	struct metrics_series *out = arena_new(a, n * sizeof(*out));
	*count = n;
	n = 0;
	for (const struct face *f = faces; f->name != NULL; f++)
		for (size_t i = 0; i <= f->manners->route_count; i++)
			out[n++] = (struct metrics_series){
				.face = f->name, .route = series_name(f, i)};
	return out;
}
