/*
 * samovar-routes: prints the faces and their routes as JSON, for tests and scripts.
 * With
 * --hashing it prints the rows that hash a password as lines of nginx's map from
 * method:path to the workers for that.
 */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "face.h"

static const char *
method_name(enum method method)
{
	static const struct {
		enum method method;
		const char *name;
	} names[] = {{GET, "GET"}, {POST, "POST"}, {PUT, "PUT"}, {PATCH, "PATCH"},
		{DELETE, "DELETE"}, {HEAD, "HEAD"}, {OPTIONS, "OPTIONS"}};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (names[i].method == method)
			return names[i].name;
	return "";
}

static void
member(struct buf *b, const char *name, const char *value)
{
	buf_fmt(b, ",\"%s\":", name);
	buf_json(b, value);
}

static void
flags(struct buf *b, int set)
{
	static const char *const names[] = {
		"TX", "QUERY", "MAYBE", "QUIET", "LONG", "HASHES", "FRESH"};
	const char *comma = "";

	buf_add(b, ",\"flags\":[");
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if ((set & 1 << i) != 0) {
			buf_fmt(b, "%s\"%s\"", comma, names[i]);
			comma = ",";
		}
	buf_add(b, "]");
}

static void
route(struct buf *b, const struct face *f, const struct route *row)
{
	buf_fmt(b, "{\"method\":\"%s\"", method_name(row->method));
	member(b, "path", row->path);
	member(b, "who", row->who_name);
	member(b, "input", row->in_name);
	flags(b, row->flags);
	member(b, "handler", face_route_name(f, row));
	member(b, "needs", row->needs);
	buf_add(b, "}");
}

static void
face(struct buf *b, const struct face *f)
{
	const struct manners *m = f->manners;

	buf_add(b, "{\"name\":");
	buf_json(b, f->name);
	member(b, "prefixes", f->prefixes);
	member(b, "area", f->area);
	member(b, "body", f->body);
	member(b, "errors", f->errors);
	buf_add(b, ",\"cases\":[");
	for (const struct wire_case *w = m->cases; w->status != 0; w++) {
		buf_fmt(b, "%s{\"error\":\"%s\",\"status\":%d",
			w == m->cases ? "" : ",", err_name(w->err), w->status);
		member(b, "words", w->words);
		buf_add(b, "}");
	}
	buf_add(b, "],\"routes\":[");
	for (size_t i = 0; i < m->route_count; i++) {
		buf_add(b, i == 0 ? "" : ",\n");
		route(b, f, &m->routes[i]);
	}
	buf_add(b, "]}");
}

static void
json(struct buf *b)
{
	buf_add(b, "[");
	for (const struct face *f = faces; f->name != NULL; f++) {
		buf_add(b, f == faces ? "" : ",\n");
		face(b, f);
	}
	buf_add(b, "]\n");
}

/* Places of a path, and settings of a prefix, are one segment each. */
static void
pattern(struct buf *b, const char *text, size_t n)
{
	for (const char *end = text + n; text < end; text++) {
		if (*text != '{') {
			buf_addn(b, text, 1);
			continue;
		}
		buf_add(b, "[^/]+");
		text = strchr(text, '}');
	}
}

/* "~^POST:/api/administrators/login/?$" samovar_sign_in; */
static void
hashing_row(struct buf *b, const struct face *f, const struct route *row)
{
	size_t path = strlen(row->path);

	path -= path > 0 && row->path[path - 1] == '/';
	for (const char *p = f->prefixes; *p != '\0';) {
		size_t n = strcspn(p, " ");

		buf_fmt(b, "\"~^%s:", method_name(row->method));
		pattern(b, p, n);
		pattern(b, row->path, path);
		buf_add(b, "/?$\" samovar_sign_in;\n");
		p += n + (p[n] == ' ');
	}
}

static void
hashing(struct buf *b)
{
	for (const struct face *f = faces; f->name != NULL; f++)
		for (size_t i = 0; i < f->manners->route_count; i++)
			if ((f->manners->routes[i].flags & HASHES) != 0)
				hashing_row(b, f, &f->manners->routes[i]);
}

int
main(int argc, char **argv)
{
	struct arena a = {0};
	struct buf b = {.arena = &a};

	if (argc > 1 && strcmp(argv[1], "--hashing") == 0)
		hashing(&b);
	else
		json(&b);
	fputs(buf_text(&b), stdout);
	arena_end(&a);
	return 0;
}
