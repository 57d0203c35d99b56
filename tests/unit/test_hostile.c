/*
 * Every member that a route of people and of cards reads, with every value that
 * somebody might try: each time an answer in the face's form, and never a fault of
 * ours.
 */
#include "edge.h"

#include "image/image.h"

#define COUNT(list) (sizeof(list) / sizeof(*(list)))
#define UNKNOWN "00000000-0000-4000-8000-000000000005"

/* As JSON has them. */
static const char *const values[] = {"null", "true", "0", "-1", "1e400",
	"9223372036854775808", "0.1", "\"\"", "\"\\u0000\"", "\"a\\u0000b\"",
	"\"\xe2\x80\xae\"", "\"'; drop table account.account; --\"",
	"\"%s%n\\\\../../etc/passwd\"", "\"<script>alert(1)</script>\"", "\"infinity\"",
	"\"0001-01-01\"", "\"" UNKNOWN "\"", "[]", "[[[]]]", "[\"\\u0000\", 1, null]",
	"{}", "{\"a\":{\"b\":null}}"};

/* As a query has them. */
static const char *const words[] = {"", "%00", "-1", "9223372036854775808", "%FF%FE",
	"%27%3B--", "..%2F..%2Fetc%2Fpasswd", "infinity", "%E2%80%AE", "[]",
	"%3Cscript%3E", UNKNOWN};

/* What stands in the place of a name in a path. */
static const char *const names[] = {
	"word", "%00", "%FF", "..%2F..", "%27%3B--", "%3Cscript%3E", UNKNOWN, "1"};

static const char *
path_with(const char *prefix, const struct route *row, const char *name)
{
	const char *out = prefix, *at = row->path;

	while (*at != '\0') {
		size_t n = strcspn(at, "{");

		out = text("%s%.*s", out, (int)n, at);
		at += n;
		if (*at == '{') {
			out = text(
				"%s%s", out, str_starts(at, "{uuid}") ? UNKNOWN : name);
			at += strcspn(at, "}") + 1;
		}
	}
	return out;
}

static const char *
method_of(const struct route *row)
{
	static const char *const methods[] = {[GET] = "GET",
		[POST] = "POST",
		[PUT] = "PUT",
		[PATCH] = "PATCH",
		[DELETE] = "DELETE"};

	return methods[row->method];
}

/* 503: there is no server that would take a file. */
static void
is_answered(const struct route *row, const char *value, const struct answer *a)
{
	bool ours = a->status >= 500 && a->status != 503;

	if (ours || a->status < 200 ||
		(a->status >= 400 && answer_text(a, "error") == NULL &&
			answer_text(a, "state") == NULL)) /* of a card */
		fail_msg("%s %s with %s: %d %s", method_of(row), row->path, value,
			a->status, a->body);
}

static const char *caller;

static void
try(const struct route *row, const char *path, const char *body, const char *value)
{
	empty_cache(); /* limits are another test's */
	is_answered(row, value,
		call(method_of(row), path, .body = row->method == GET ? NULL : body,
			.headers = {
				caller, "If-Match: *", "Accept: application/json"}));
}

static void
look_at_members(const char *prefix, const struct route *row)
{
	const struct field *f = row->in->fields;
	const char *path = path_with(prefix, row, "word");
	bool query = (row->flags & QUERY) != 0;

	caller = given_member(SUPERUSER); /* one of these signs itself out */
	for (; f != NULL && f->name != NULL; f++)
		if (query)
			for (size_t i = 0; i < COUNT(words); i++)
				try(row, text("%s?%s=%s", path, f->name, words[i]),
					"{}", words[i]);
		else
			for (size_t i = 0; i < COUNT(values); i++)
				try(row, path, text("{\"%s\":%s}", f->name, values[i]),
					values[i]);
}

static void
look_at_path(const char *prefix, const struct route *row)
{
	caller = given_member(SUPERUSER);
	for (size_t i = 0; i < COUNT(names); i++)
		if (strchr(row->path, '{') != NULL)
			try(row, path_with(prefix, row, names[i]), "{}", names[i]);
}

static void
each_row(void (*look)(const char *prefix, const struct route *row))
{
	size_t rows = 0;

	for (const struct face *f = faces; f->name != NULL; f++)
		for (size_t i = 0; str_in(f->name, "people cards verify") &&
				   i < f->manners->route_count;
			i++, rows++)
			look(text("%.*s", (int)strcspn(f->prefixes, " "), f->prefixes),
				&f->manners->routes[i]);
	assert_true(rows > 50);
}

static void
every_member_takes_every_value(void **state)
{
	(void)state;
	each_row(look_at_members);
}

static void
every_path_takes_every_name(void **state)
{
	(void)state;
	each_row(look_at_path);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {EDGE_TEST(every_member_takes_every_value),
		EDGE_TEST(every_path_takes_every_name)};

	(void)argc;
	image_use(BUILDDIR "/samovar-image");
	return edge_run("hostile", tests, argv);
}
