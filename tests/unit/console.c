#include "console.h"

const struct answer *
get(const char *path, const char *cookie)
{
	return call("GET", text(API "%s", path), .headers = {cookie});
}

const struct answer *
post(const char *path, const char *body, const char *cookie)
{
	return call("POST", text(API "%s", path), .body = body,
		.headers = {SAME_ORIGIN, cookie});
}

void
is_error(const struct answer *a, int status, const char *code)
{
	if (a->status != status || !str_eq(answer_text(a, "error"), code))
		fail_msg("%d %s", a->status, a->body);
}

const char *
last_name(void)
{
	return value("select username from account.account order by id desc limit 1");
}

const struct answer *
sign_in(const char *name, const char *password, const char *cookie)
{
	return post("/auth/login",
		text("{\"name\":\"%s\",\"password\":\"%s\"}", name, password), cookie);
}

const char *
cookie_of(const struct answer *a)
{
	const char *set = answer_header(a, "Set-Cookie");

	assert_int_equal(a->status, 204);
	return text("Cookie: %.*s", (int)strcspn(set, ";"), set);
}
