/*
 * Every row of the phones' table: who is let in and who is not, in each state, and what
 * any text in any field may do to it.
 */
#include <stdio.h>

#include "messenger.h"

#define NOBODYS "1999999999"

extern const struct manners messenger_manners;

static bool
is(const struct route *row, const char *words)
{
	return str_in(row->who_name, words);
}

static const char *
method_of(const struct route *row)
{
	return row->method == GET     ? "GET"
	       : row->method == POST  ? "POST"
	       : row->method == PUT   ? "PUT"
	       : row->method == PATCH ? "PATCH"
				      : "DELETE";
}

/* The row's path with something in each place. */
static const char *
filled(const struct route *row, const char *id)
{
	const char *out = PHONE, *at = row->path;

	while (*at != '\0') {
		size_t n = strcspn(at, "{");

		out = text("%s%.*s", out, (int)n, at);
		at += n;
		if (*at == '{') {
			out = text("%s%s", out, str_starts(at, "{id}") ? id : "word");
			at = strchr(at, '}') + 1;
		}
	}
	return out;
}

/* With everything that the row needs, and this token, cookie and profile. */
static const struct answer *
ask(const struct route *row, const struct phone *p, const char *csrf, const char *body)
{
	return call(method_of(row), filled(row, NOBODYS), .body = body,
		.headers = {AGENT, "If-Match: x", csrf,
			p->token == NULL ? "X-1: 1" : p->token,
			p->acting == NULL ? "X-2: 2" : p->acting,
			p->cookie == NULL ? "X-3: 3" : p->cookie});
}

static void
answers(const struct route *row, const char *state, const struct answer *a, int status,
	const char *sub_code)
{
	if (a->status != status || !str_eq(answer_text(a, "sub_code"), sub_code))
		fail_msg("%s %s, %s: %d %s", method_of(row), row->path, state,
			a->status, a->body);
}

static void
is_let_in(const struct route *row, const char *state, const struct answer *a)
{
	if (a->status == 401 || a->status >= 500 ||
		str_eq(answer_text(a, "sub_code"), "request.header.omitted"))
		fail_msg("%s %s, %s: %d %s", method_of(row), row->path, state,
			a->status, a->body);
}

static void
each_row(void (*look)(const struct route *row))
{
	for (size_t i = 0; i < messenger_manners.route_count; i++)
		look(&messenger_manners.routes[i]);
}

static void
look_as_nobody(const struct route *row)
{
	const struct phone nobody = {0};
	const struct answer *a = ask(row, &nobody, CSRF, "{}");

	if (is(row, "ACCESS ACCESS_ACTING ACTING"))
		answers(row, "nobody", a, 400, "request.header.omitted");
	else if (is(row, "TOKEN_ACTING"))
		answers(row, "nobody", a, 401, "access_token.invalid");
	else if (is(row, "COOKIE"))
		answers(row, "nobody", a, 401, "user.not_signed_in");
	else if (is(row, "ADMIN"))
		answers(row, "nobody", a, 403, "admin.forbidden");
	else if (a->status >= 500)
		fail_msg("%s: %d %s", row->path, a->status, a->body);
}

static void
nobody_gets_in_without_a_token(void **state)
{
	(void)state;
	each_row(look_as_nobody);
}

static void
is_kept_out(const struct route *row, const char *state, const struct phone *p,
	const char *csrf)
{
	const struct answer *a = ask(row, p, csrf, "{}");

	if (is(row, "ACCESS ACCESS_ACTING TOKEN_ACTING ACTING"))
		answers(row, state, a, 401, "access_token.invalid");
	else if (is(row, "COOKIE") && p->cookie != NULL)
		answers(row, state, a, 401, "refresh_token.invalid");
	else if (is(row, "ADMIN") && p->cookie != NULL)
		answers(row, state, a, 401, "admin_token.invalid");
	else if (a->status >= 500)
		fail_msg("%s: %d %s", row->path, a->status, a->body);
}

static struct phone blocked, forged;

static void
look_as_others(const struct route *row)
{
	is_kept_out(row, "forged", &forged, CSRF);
	is_kept_out(row, "blocked", &blocked, CSRF);
}

static void
look_with_other_csrf(const struct route *row)
{
	struct phone p = given_phone();

	p.cookie = NULL;
	is_kept_out(row, "another page", &p, "X-Csrf-Token: other");
}

static void
a_token_that_is_not_live_opens_nothing(void **state)
{
	(void)state;
	forged = (struct phone){.token = "Authorization: Bearer "
					 "eyJhbGciOiJub25lIn0.eyJ1c2VyIjoxfQ.",
		.acting = "X-Profile-Id: 1",
		.cookie = "Cookie: refresh_token=a.b.c; admin_token=a.b.c"};
	blocked = given_phone();
	blocked.cookie = text("%s; admin_token=a.b.c", blocked.cookie);
	value("update account.account set status = 'blocked' where id = %lld",
		(long long)blocked.uuid);
	conf.token_near_time = 0;
	empty_cache();
	each_row(look_as_others);
	conf.token_near_time = 1000;
	each_row(look_with_other_csrf);
}

static void
look_alive(const struct route *row)
{
	struct phone p = given_phone(), other = given_phone();

	if (is(row, "ANYONE ADMIN"))
		return;
	is_let_in(row, "alive", ask(row, &p, CSRF, "{}"));
	if (!is(row, "ACTING ACCESS_ACTING TOKEN_ACTING SOFT_ACTING"))
		return;
	p = given_phone();
	p.acting = other.acting;
	const struct answer *a = ask(row, &p, CSRF, "{}");
	/* What is missing in the body comes first. */
	if (a->status != 400 && a->status != 422)
		answers(row, "as somebody else", a, 403, "resource.forbidden");
}

static void
a_live_token_opens_and_acts_for_its_owner_only(void **state)
{
	(void)state;
	each_row(look_alive);
}

/* -- any text in any field */

/* As they stand in JSON. */
static const char *const hostile[] = {"<script>alert(1)</script>", "' or 1=1; --",
	"\\\" \\\\ \\/ \\b\\f\\n\\r\\t", "\\u0000", "a\\u0000b", "\\ud800",
	"\\u202egpj.exe", "\\u200b\\u200d\\ufeff", "\xff\xfe", "\xf0\x9f\x98\x80",
	"%s%n%x%0a{}${7*7}", "../../etc/passwd", "0x1", "1e309", "-9223372036854775808",
	"\\u001b[31m", "\xed\x95\x9c\xea\xb5\xad\xec\x96\xb4", "null", "[]"};

/* What the forms of the victim's pages bring, without which nothing is looked at. */
static char form_word[65];

/* {"field": "text", ...} with this text in each field of the row's input, or only in
 * one. */
static const char *
body_of(const struct route *row, const char *value_, const struct field *only)
{
	const char *out = "{", *comma = "";

	for (const struct field *f = row->in->fields; f != NULL && f->name != NULL;
		f++) {
		bool is_it = only == NULL || only == f;

		out = text("%s%s\"%s\":\"%s\"", out, comma, f->name,
			str_eq(f->name, "csrf") ? form_word
			: is_it                 ? value_
						: "1");
		comma = ",";
	}
	return text("%s}", out);
}

static bool victim_lives;

/* A phone whose owner administers, with both cookies. */
static struct phone
given_victim(void)
{
	static const char field[] = "name=\"csrf\" value=\"";
	struct phone p = given_phone();

	value("insert into account.permission (account_id, name) values (%lld, "
	      "'can_manage_messenger')",
		(long long)p.uuid);
	const struct answer *a = post_account("signin",
		text("{\"id\":\"%s\",\"pw\":\"" PASSWORD "\"}", p.name), NULL);
	take_login(&p, a);
	p.cookie = text("%s; admin_token=%s", p.cookie, set_cookie(a, "admin_token"));
	a = call("GET", PHONE "/admin/user", .headers = {p.cookie});
	const char *at = strstr(a->body, field);
	assert_non_null(at);
	snprintf(form_word, sizeof(form_word), "%.64s", at + strlen(field));
	return p;
}

static const struct answer *
as_victim(const struct route *row, const char *body)
{
	static char token[2000], acting[100], cookie[4000];
	static long long profile;

	if (!victim_lives) {
		struct phone p = given_victim();

		snprintf(token, sizeof(token), "%s", p.token);
		snprintf(acting, sizeof(acting), "%s", p.acting);
		snprintf(cookie, sizeof(cookie), "%s", p.cookie);
		profile = p.profile;
		victim_lives = true;
	}
	return call(method_of(row), filled(row, text("%lld", profile)), .body = body,
		.headers = {AGENT, "If-Match: x", CSRF, token, acting, cookie});
}

static void
survives(const struct route *row, const char *body)
{
	const struct answer *a = as_victim(row, body);

	if (a->status == 401) { /* what came before has ended its session */
		victim_lives = false;
		a = as_victim(row, body);
	}
	if (a->status >= 500 || (a->status != 204 && a->json == NULL))
		fail_msg("%s %s %s: %d %s", method_of(row), row->path, body, a->status,
			a->body);
}

static void
look_at_fields(const struct route *row)
{
	const char *longest = repeated("x", 3000),
		   *marks = repeated("e\\u0301\\u0301", 40);

	if (row->in->fields == NULL || str_eq(row->path, "/account/signup"))
		return;
	as_victim(row, "{}"); /* so that there is one */
	for (size_t i = 0; i < sizeof(hostile) / sizeof(*hostile); i++)
		survives(row, body_of(row, hostile[i], NULL));
	for (const struct field *f = row->in->fields; f->name != NULL; f++)
		for (size_t i = 0; i < sizeof(hostile) / sizeof(*hostile); i += 3)
			survives(row, body_of(row, hostile[i], f));
	survives(row, body_of(row, longest, NULL));
	survives(row, body_of(row, marks, NULL));
}

static void
no_text_in_any_field_breaks_anything(void **state)
{
	(void)state;
	each_row(look_at_fields);
	/* Administrators' forms were let through, too. */
	assert_true(number("select count(*) from account.audit where action like "
			   "'messenger.%%'") > 0);
}

static void
no_text_breaks_a_sign_up_or_a_header(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(hostile) / sizeof(*hostile); i++)
		for (int field = 0; field < 4; field++) {
			const char *h = hostile[i];
			const struct answer *a = call("POST", PHONE "/account/signup",
				.body = text(
					"{\"id\":\"%s\",\"pw\":\"%s\",\"nick\":\"%s\","
					"\"email\":\"%s\"}",
					field == 0 ? h : text("hostile%zu", i),
					field == 1 ? h : PASSWORD,
					field == 2 ? h : text("hostile %zu", i),
					field == 3 ? h
						   : text("hostile%zu@example.com", i)),
				.headers = {AGENT, CSRF});

			if (a->status >= 500 || a->json == NULL)
				fail_msg("%s: %d %s", h, a->status, a->body);
		}
	static const char *const headers[] = {"X-Profile-Id: \xff", "Accept: \xff",
		"Cookie: refresh_token=\xff", "If-Match: \xff",
		"X-Csrf-Token: \xff\xfe", "User-Agent: \xff"};
	for (size_t i = 0; i < sizeof(headers) / sizeof(*headers); i++)
		is_case(call("GET", PHONE "/ping", .headers = {headers[i]}), 400,
			"request.header.invalid");
}

static const struct CMUnitTest tests[] = {
	EDGE_TEST(nobody_gets_in_without_a_token),
	EDGE_TEST(a_token_that_is_not_live_opens_nothing),
	EDGE_TEST(a_live_token_opens_and_acts_for_its_owner_only),
	EDGE_TEST(no_text_in_any_field_breaks_anything),
	EDGE_TEST(no_text_breaks_a_sign_up_or_a_header),
};

int
main(int argc, char **argv)
{
	(void)argc;
	setenv("SAMOVAR_MESSENGER_CONFIRM_EMAIL", "false", 1);
	setenv("SAMOVAR_MESSENGER_FIRST_ADMIN", "false", 1);
	setenv("SAMOVAR_MESSENGER_UPLOADS", "true", 1);
	setenv("SAMOVAR_MESSENGER_ADDRESS_BURST", "100000000", 1);
	setenv("SAMOVAR_MESSENGER_BURST", "1000000", 1);
	return edge_run("phone routes", tests, argv);
}
