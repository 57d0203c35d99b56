#include "unit.h"

#include "face.h"
#include "multipart.h"
#include "net/telegram.h"

#define CRLF "\r\n"

static void
a_query_is_read_leniently(void **state)
{
	size_t n;

	(void)state;
	const struct pair *p =
		pairs_read(&c, "title=%D0%BD%20&%20x%20+%20100%&&a&=b&c=d=e", &n);
	assert_int_equal(n, 5);
	assert_string_equal(p[0].name, "title");
	assert_string_equal(p[0].value, "н ");
	assert_string_equal(p[1].name, " x   100%");
	assert_string_equal(p[2].name, "a");
	assert_string_equal(p[2].value, "");
	assert_string_equal(p[4].value, "d=e");
}

static enum err
split(const char *type, const char *body, struct part **parts, size_t *count)
{
	ctx_clear_error(&c);
	return multipart_split(&c, type, body, strlen(body), parts, count);
}

static void
a_form_is_split_into_its_parts(void **state)
{
	struct part *p;
	size_t n;

	(void)state;
	assert_int_equal(
		split("multipart/form-data; charset=utf-8; boundary=\"x y\"",
			"--x y" CRLF "Content-Disposition: form-data; name=\"image\"; "
			"filename=\"a;b.jpg\"" CRLF "Content-Type: image/jpeg" CRLF CRLF
			"bytes" CRLF "--x" CRLF "--x y" CRLF
			"content-disposition: form-data; name=note" CRLF CRLF CRLF
			"--x y--" CRLF,
			&p, &n),
		OK);
	assert_int_equal(n, 2);
	assert_string_equal(p[0].name, "image");
	assert_string_equal(p[0].filename, "a;b.jpg");
	assert_string_equal(p[0].type, "image/jpeg");
	assert_int_equal(p[0].size, strlen("bytes" CRLF "--x"));
	assert_memory_equal(p[0].bytes, "bytes", 5);
	assert_string_equal(p[1].name, "note");
	assert_null(p[1].filename);
	assert_int_equal(p[1].size, 0);
}

static void
what_is_no_form_is_refused(void **state)
{
	static const char *const bodies[] = {"", "--x", "--x" CRLF, "--x--", "x",
		"--x" CRLF "Content-Disposition: form-data; name=a" CRLF CRLF "no end",
		"--x" CRLF "Content-Disposition: form-data" CRLF CRLF "v" CRLF "--x--",
		"--x" CRLF "Content-Disposition: attachment; name=a" CRLF CRLF "v" CRLF
		"--x--",
		"--xy" CRLF "Content-Disposition: form-data; name=a" CRLF CRLF "v" CRLF
		"--x--"};
	struct part *p;
	size_t n;

	(void)state;
	for (size_t i = 0; i < sizeof(bodies) / sizeof(*bodies); i++)
		if (i != 3)
			assert_int_equal(split("multipart/form-data; boundary=x",
						 bodies[i], &p, &n),
				E_INPUT);
	assert_int_equal(
		split("multipart/form-data; boundary=x", bodies[3], &p, &n), OK);
	assert_int_equal(n, 0);
	assert_int_equal(split("multipart/form-data", "--x--", &p, &n), E_INPUT);
	assert_int_equal(
		split("application/json; boundary=x", "--x--", &p, &n), E_INPUT);
	assert_int_equal(
		split("multipart/form-data; boundary=", "--x--", &p, &n), E_INPUT);
}

static void
too_many_parts_are_refused(void **state)
{
	struct buf b = {.arena = &c.arena};
	struct part *p;
	size_t n;

	(void)state;
	for (int i = 0; i <= MAX_PARTS; i++)
		buf_add(&b,
			"--x" CRLF "Content-Disposition: form-data; name=a" CRLF CRLF
			"v" CRLF);
	buf_add(&b, "--x--");
	assert_int_equal(split("multipart/form-data; boundary=x", buf_text(&b), &p, &n),
		E_INPUT);
}

static enum bot_verdict
verdict(long status, const char *body, struct bot_answer *out)
{
	telegram_read(&c, status, body, strlen(body), out);
	return out->verdict;
}

static void
each_answer_of_telegram_is_understood(void **state)
{
	struct bot_answer a;

	(void)state;
	assert_int_equal(verdict(200,
				 "{\"ok\":true,\"result\":{\"message_id\":7,\"photo\":["
				 "{\"file_id\":\"s\"},"
				 "{\"file_id\":\"big\"}]}}",
				 &a),
		BOT_OK);
	assert_int_equal(a.message_id, 7);
	assert_string_equal(a.file_id, "big");
	assert_int_equal(verdict(429,
				 "{\"ok\":false,\"error_code\":429,\"description\":"
				 "\"Too Many Requests\","
				 "\"parameters\":{\"retry_after\":35}}",
				 &a),
		BOT_FLOOD);
	assert_int_equal(a.retry_after, 35);
	assert_int_equal(verdict(403,
				 "{\"ok\":false,\"error_code\":403,\"description\":"
				 "\"Forbidden: bot "
				 "was blocked by the user\"}",
				 &a),
		BOT_CLOSED);
	assert_int_equal(verdict(400,
				 "{\"ok\":false,\"error_code\":400,\"description\":"
				 "\"Bad Request: chat not found\"}",
				 &a),
		BOT_CLOSED);
	assert_int_equal(verdict(400,
				 "{\"ok\":false,\"error_code\":400,\"description\":"
				 "\"Bad Request: "
				 "wrong file identifier/HTTP URL specified\"}",
				 &a),
		BOT_PICTURE);
	assert_int_equal(verdict(400,
				 "{\"ok\":false,\"error_code\":400,\"description\":"
				 "\"message is too long\"}",
				 &a),
		BOT_REFUSED);
	assert_int_equal(verdict(401,
				 "{\"ok\":false,\"error_code\":401,\"description\":"
				 "\"Unauthorized\"}",
				 &a),
		BOT_TOKEN);
	static const char *const garbage[] = {
		"", "<html>", "{}", "{\"ok\":1}", "[]", "{\"ok\":true", "\xff\xfe"};
	for (size_t i = 0; i < sizeof(garbage) / sizeof(*garbage); i++)
		assert_int_equal(verdict(200, garbage[i], &a), BOT_AGAIN);
	assert_int_equal(verdict(0, "", &a), BOT_AGAIN);
	assert_int_equal(verdict(502, "<html>", &a), BOT_AGAIN);
}

/* Roots of err.def have words of their own in every face, so nothing is told by
 * accident. */
static void
every_face_has_words_for_every_error(void **state)
{
	(void)state;
	for (const struct face *f = faces; f->name != NULL; f++)
		for (int e = OK + 1; e < E_COUNT; e++) {
			const struct wire_case *w = face_case(f, (enum err)e);

			assert_in_range(w->status, 300, 599);
			enum err root = (enum err)e;
			while (err_fallback(root) != root)
				root = err_fallback(root);
			if (root != E_BUG)
				assert_int_not_equal(w->err, E_BUG);
		}
}

/* Of an API that the console offers by the same handlers. */
static bool
is_lent(const char *handler)
{
	static const char *const lenders[] = {
		"people_", "programme_", "storage_", "cards_", "catalogue_"};

	for (size_t i = 0; i < sizeof(lenders) / sizeof(*lenders); i++)
		if (str_starts(handler, lenders[i]))
			return true;
	return false;
}

/* Two faces may both have a get_files(). */
static void
handlers_bear_the_name_of_their_face(void **state)
{
	(void)state;
	for (const struct face *f = faces; f->name != NULL; f++)
		for (size_t i = 0; i < f->manners->route_count; i++) {
			const char *prefix = arena_fmt(&c.arena, "%s_", f->name);
			const char *name = f->manners->routes[i].name;

			bool own = str_starts(name, prefix);

			assert_true(
				own || (str_eq(f->name, "console") && is_lent(name)));
			assert_string_equal(face_route_name(f, &f->manners->routes[i]),
				own ? name + strlen(prefix) : name);
		}
}

static void
no_route_stands_twice(void **state)
{
	(void)state;
	for (const struct face *f = faces; f->name != NULL; f++)
		for (size_t i = 0; i < f->manners->route_count; i++)
			for (size_t k = i + 1; k < f->manners->route_count; k++)
				if (f->manners->routes[i].method ==
					f->manners->routes[k].method)
					assert_string_not_equal(
						f->manners->routes[i].path,
						f->manners->routes[k].path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_query_is_read_leniently),
		TEST(a_form_is_split_into_its_parts),
		TEST(what_is_no_form_is_refused),
		TEST(too_many_parts_are_refused),
		TEST(each_answer_of_telegram_is_understood),
		TEST(every_face_has_words_for_every_error),
		TEST(handlers_bear_the_name_of_their_face),
		TEST(no_route_stands_twice),
	};

	return cmocka_run_group_tests_name("edge", tests, NULL, NULL);
}
