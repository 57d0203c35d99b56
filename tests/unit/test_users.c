/* Accounts of the file store: registration, tokens, addresses, value by value, at both
 * of the face's prefixes. */
#include "edge.h"

#include <openssl/hmac.h>
#include <sodium.h>

#define COUNT(list) (sizeof(list) / sizeof(*(list)))
#define WRONG_SIGNATURE "Auth.Error.TokenWithWrongSignature"
#define WRONG_PAYLOAD "Auth.Error.WrongTokenPayload"
#define OUTDATED "Auth.Error.TokenOutdated"
#define MISSED "Auth.Error.TokenMissed"

static const char *const prefixes[] = {"/users/api/v1", "/auth/api/v1"};
#define EACH_PREFIX(p) for (size_t p = 0; p < COUNT(prefixes); p++)

static const struct route_of {
	const char *method, *path;
} routes[] = {{"POST", "/auth/register/"}, {"POST", "/auth/login/"},
	{"POST", "/auth/logout/"}, {"POST", "/auth/token/refresh/"},
	{"POST", "/auth/token/verify/"}, {"GET", "/users/me/"}};

static const struct answer *
post(size_t p, const char *path, const char *body)
{
	return call("POST", text("%s%s", prefixes[p], path), .body = body);
}

static const struct answer *
me(const char *header)
{
	return call("GET", "/users/api/v1/users/me/", .headers = {header});
}

static void
is_error(const struct answer *a, int status, const char *code)
{
	if (a->status != status || !str_eq(answer_text(a, "error"), code))
		fail_msg("%d %s", a->status, a->body);
}

/* 400 whose detail names the field. */
static void
is_invalid(const struct answer *a, const char *field)
{
	is_error(a, 400, "Request.Error.Validation");
	const char *detail = answer_text(a, "detail");
	assert_int_equal(json_object_object_length(a->json), 2);
	if (detail == NULL || strstr(detail, field) == NULL)
		fail_msg("%s: %s", field, a->body);
}

/* -- registration */

static const char *const fields[] = {
	"username", "password", "email", "first_name", "last_name"};

/* A good form, but for one member: its JSON, or NULL to leave it out. */
static const char *
form(const char *name, const char *json)
{
	const char *id = unique("new"), *out = "";
	const char *const good[] = {text("\"%s\"", id), "\"Right12345\"",
		text("\"%s@example.com\"", id), "\"Вася\"", "\"Пупкин\""};

	for (size_t i = 0; i < COUNT(fields); i++) {
		bool other = str_eq(fields[i], name);

		if (!other || json != NULL)
			out = text("%s%s\"%s\":%s", out, *out == '\0' ? "" : ",",
				fields[i], other ? json : good[i]);
	}
	return text("{%s}", out);
}

static void
register_needs_each_field(void **state)
{
	static const char *const values[] = {NULL, "null", "{\"a\":1}", "[\"a\"]", "1"};

	(void)state;
	EACH_PREFIX(p)
	{
		assert_int_equal(
			post(p, "/auth/register/", form("", NULL))->status, 201);
		for (size_t i = 0; i < COUNT(fields); i++)
			for (size_t v = 0; v < COUNT(values); v++)
				is_invalid(post(p, "/auth/register/",
						   form(fields[i], values[v])),
					fields[i]);
	}
}

static void
register_refuses_what_is_empty_or_too_long(void **state)
{
	(void)state;
	EACH_PREFIX(p)
	for (size_t i = 0; i < COUNT(fields); i++) {
		const char *name = fields[i], *path = "/auth/register/";
		const char *longer =
			str_eq(name, "email")
				? text("\"%s@example.com\"", repeated("x", 89))
				: text("\"%s\"", repeated("ж", 101));

		is_invalid(post(p, path, form(name, longer)), name);
		if (i < 3)
			is_invalid(post(p, path, form(name, "\"\"")), name);
	}
	assert_int_equal(post(0, "/auth/register/",
				 form("first_name", text("\"%s\"", repeated("и", 100))))
				 ->status,
		201);
}

static void
register_refuses_what_is_no_email_or_hides_something(void **state)
{
	static const struct {
		const char *field, *json;
	} bad[] = {{"email", "\"nonsense\""}, {"email", "\"a@\""},
		{"email", "\"@b.com\""}, {"email", "\"a b@example.com\""},
		{"email", "\"a@b@example.com\""}, {"username", "\"a\\u0085b\""},
		{"username", "\"\\u009f\""}, {"username", "\"a\\u0007\""},
		{"username", "\"#1\""}, {"username", "\" a\""}, {"username", "\"a \""},
		{"username", "\"a\\u0000b\""}};

	(void)state;
	EACH_PREFIX(p)
	for (size_t i = 0; i < COUNT(bad); i++)
		is_invalid(post(p, "/auth/register/", form(bad[i].field, bad[i].json)),
			bad[i].field);
}

static void
members_that_nobody_knows_are_ignored(void **state)
{
	const char *body = form("last_name",
		"\"x\",\"is_superuser\":true,\"permissions\":[\"can_view_file\"],"
		"\"other\":{\"a\":[1]}");
	const struct answer *a = post(0, "/auth/register/", body);

	(void)state;
	assert_int_equal(a->status, 201);
	assert_false(json_truth(a->json, "is_superuser"));
	assert_int_equal(json_object_array_length(
				 json_member(a->json, "permissions", json_type_array)),
		0);
}

static void
login_needs_each_field(void **state)
{
	static const char *const bodies[][2] = {{"{\"password\":\"y\"}", "username"},
		{"{\"username\":\"x\"}", "password"},
		{"{\"username\":null,\"password\":\"y\"}", "username"},
		{"{\"username\":{\"a\":1},\"password\":\"y\"}", "username"},
		{"{\"username\":\"x\",\"password\":[1]}", "password"},
		{"{\"username\":\"x\",\"password\":null}", "password"}};

	(void)state;
	EACH_PREFIX(p)
	for (size_t i = 0; i < COUNT(bodies); i++)
		is_invalid(post(p, "/auth/login/", bodies[i][0]), bodies[i][1]);
}

static void
a_hash_that_is_none_lets_nobody_in(void **state)
{
	static const char *const hashes[] = {"null", "''", "'!'", "'$argon2id$broken'",
		"'pbkdf2_sha256$3900$x'", "'pbkdf2_sha256$3900$salt$b''\\x0'",
		"'$2b$99$x'"};

	(void)state;
	EACH_PREFIX(p)
	for (size_t i = 0; i < COUNT(hashes); i++) {
		given_person("");
		const char *name = value(
			"update account.account set password = %s where id = "
			"(select max(id) from account.account) returning username",
			hashes[i]);
		is_error(post(p, "/auth/login/",
				 text("{\"username\":\"%s\",\"password\":"
				      "\"Right12345\"}",
					 name)),
			401, "Login.Error.Credentials");
	}
}

/* -- tokens */

static const char *
secret(const char *header)
{
	return header + strlen("Authorization: Bearer ");
}

static void
a_header_of_another_form_is_no_token(void **state)
{
	const char *token = secret(given_person(""));
	const char *const values[] = {"", "Bearer", "Bearer ", text("bearer %s", token),
		text("BEARER %s", token), text("Token %s", token), token,
		text("Bearer %s more", token), "Basic dXNlcjpwYXNz",
		text("Bearer%s", token)};

	(void)state;
	assert_int_equal(me(text("Authorization: Bearer %s", token))->status, 200);
	for (size_t i = 0; i < COUNT(values); i++)
		is_error(me(text("Authorization: %s", values[i])), 401, MISSED);
}

static void
garbage_has_a_wrong_signature(void **state)
{
	static const char *const tokens[] = {
		"x", "a.b", "a.b.c", "...", "a.b.c.d", "e30.e30.", "e30.e30.e30"};

	(void)state;
	for (size_t i = 0; i < COUNT(tokens); i++)
		is_error(me(text("Authorization: Bearer %s", tokens[i])), 401,
			WRONG_SIGNATURE);
	is_error(me(text("Authorization: Bearer %04000d", 0)), 401, WRONG_SIGNATURE);
}

static const char *
base64(const void *bytes, size_t n)
{
	char *out = (char *)text("%*s", (int)(n * 2 + 8), "");

	return sodium_bin2base64(
		out, n * 2 + 8, bytes, n, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

/* A token with exactly this payload, signed as the head says; an algorithm that is none
 * of these signs nothing. */
static const char *
signed_as(const char *alg, const char *payload)
{
	const EVP_MD *digest = str_eq(alg, "HS256")   ? EVP_sha256()
			       : str_eq(alg, "HS384") ? EVP_sha384()
			       : str_eq(alg, "HS512") ? EVP_sha512()
						      : NULL;
	const char *head = text("{\"alg\":\"%s\",\"typ\":\"JWT\"}", alg);
	const char *body = text(
		"%s.%s", base64(head, strlen(head)), base64(payload, strlen(payload)));
	unsigned char seal[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	if (digest != NULL)
		HMAC(digest, conf.token_secret, (int)strlen(conf.token_secret),
			(const unsigned char *)body, strlen(body), seal, &n);
	return text("Authorization: Bearer %s.%s", body, base64(seal, n));
}

/* The payload of a live token with a member set to this JSON, or without it (NULL). */
static const char *
payload_with(const char *header, const char *name, const char *json)
{
	const char *const end = strrchr(header, '.');
	const char *const begin = strchr(header, '.') + 1;
	char *out = (char *)text("%4000s", "");
	size_t n = 0;

	assert_int_equal(sodium_base642bin((unsigned char *)out, 4000, begin,
				 (size_t)(end - begin), NULL, &n, NULL,
				 sodium_base64_VARIANT_URLSAFE_NO_PADDING),
		0);
	out[n] = '\0';
	struct json_object *payload = json_tokener_parse(out);
	json_object_object_del(payload, name);
	if (json != NULL)
		json_object_object_add(payload, name, json_tokener_parse(json));
	const char *result = text("%s", json_object_to_json_string(payload));
	json_object_put(payload);
	return result;
}

static void
another_algorithm_has_a_wrong_signature(void **state)
{
	static const char *const others[] = {
		"none", "None", "HS384", "HS512", "RS256", "", "hs256"};
	const char *payload = payload_with(given_person(""), "none", NULL);

	(void)state;
	assert_int_equal(me(signed_as("HS256", payload))->status, 200);
	for (size_t i = 0; i < COUNT(others); i++)
		is_error(me(signed_as(others[i], payload)), 401, WRONG_SIGNATURE);
}

static void
a_signed_payload_that_is_no_object_is_401(void **state)
{
	static const char *const payloads[] = {
		"[]", "17", "null", "not json", "{", "\xff\xfe"};

	(void)state;
	for (size_t i = 0; i < COUNT(payloads); i++) {
		const struct answer *a = me(signed_as("HS256", payloads[i]));

		assert_int_equal(a->status, 401);
		assert_true(str_in(
			answer_text(a, "error"), WRONG_SIGNATURE " " WRONG_PAYLOAD));
	}
}

static void
each_claim_is_needed(void **state)
{
	static const char *const claims[][2] = {{"user_id", NULL}, {"user_id", "null"},
		{"user_id", "\"17\""}, {"user_id", "\"x\""}, {"user_id", "\"\""},
		{"user_id", "17"}, {"permissions", NULL}, {"permissions", "null"},
		{"permissions", "\"can_view_file\""}, {"is_superuser", NULL},
		{"is_superuser", "null"}, {"token_type", NULL}, {"token_type", "null"},
		{"token_type", "\"refresh\""}, {"exp", NULL}, {"jti", NULL},
		{"jti", "\"x\""},
		{"user_id", "\"00000000-0000-4000-8000-000000000005\""}};
	const char *header = given_person("can_view_file");

	(void)state;
	for (size_t i = 0; i < COUNT(claims); i++) {
		const struct answer *a = me(signed_as(
			"HS256", payload_with(header, claims[i][0], claims[i][1])));

		assert_int_equal(a->status, 401);
		assert_true(
			str_in(answer_text(a, "error"), WRONG_PAYLOAD " " OUTDATED));
	}
}

static void
a_token_of_another_time_is_outdated(void **state)
{
	const char *header = given_person("");

	(void)state;
	is_error(me(signed_as("HS256", payload_with(header, "exp", "1000000000"))), 401,
		OUTDATED);
	is_error(me(signed_as("HS256", payload_with(header, "iat", "4000000000"))), 401,
		OUTDATED);
	is_error(me(signed_as(
			 "HS256", payload_with(header, "jti",
					  "\"00000000-0000-4000-8000-000000000005\""))),
		401, OUTDATED);
}

static void
verify_needs_an_array_of_strings(void **state)
{
	static const char *const bodies[] = {"{}", "{\"permissions\":null}",
		"{\"permissions\":\"can_view_file\"}", "{\"permissions\":{\"a\":1}}",
		"{\"permissions\":[null]}", "{\"permissions\":[[\"x\"]]}",
		"{\"permissions\":1}"};
	const char *header = given_person("can_view_file");

	(void)state;
	EACH_PREFIX(p)
	for (size_t i = 0; i < COUNT(bodies); i++)
		is_invalid(call("POST", text("%s/auth/token/verify/", prefixes[p]),
				   .body = bodies[i], .headers = {header}),
			"permissions");
}

/* -- addresses and methods */

static void
without_the_slash_one_is_sent_to_the_address_with_it(void **state)
{
	(void)state;
	EACH_PREFIX(p)
	for (size_t i = 0; i < COUNT(routes); i++) {
		const char *path = text("%s%s", prefixes[p], routes[i].path);
		const struct answer *a = call(
			routes[i].method, text("%.*s", (int)strlen(path) - 1, path));

		assert_int_equal(a->status, 307);
		assert_int_equal(a->size, 0);
		assert_string_equal(answer_header(a, "Location"), path);
	}
	assert_string_equal(
		answer_header(
			call("GET", "/users/api/v1/users/me?a=1&b=%20"), "Location"),
		"/users/api/v1/users/me/?a=1&b=%20");
}

static void
another_method_is_405(void **state)
{
	static const char *const methods[] = {
		"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "PROPFIND"};

	(void)state;
	EACH_PREFIX(p)
	for (size_t i = 0; i < COUNT(routes) * COUNT(methods); i++) {
		const struct route_of *row = &routes[i / COUNT(methods)];
		const char *method = methods[i % COUNT(methods)];

		if (str_eq(method, row->method))
			continue;
		const struct answer *a =
			call(method, text("%s%s", prefixes[p], row->path));
		assert_int_equal(a->status, 405);
		assert_string_equal(a->body,
			str_eq(method, "HEAD") ? ""
					       : "{\"error\":\"Method Not Allowed\"}");
	}
}

static void
an_unknown_address_is_404(void **state)
{
	static const char *const paths[] = {"/", "/auth/", "/auth/nothing/", "/users/",
		"/users/me/more/", "/users/17/", "/auth/login/login/", "/AUTH/login/"};

	(void)state;
	EACH_PREFIX(p)
	for (size_t i = 0; i < COUNT(paths); i++) {
		const struct answer *a =
			call("GET", text("%s%s", prefixes[p], paths[i]));

		assert_int_equal(a->status, 404);
		assert_string_equal(a->body, "{\"error\":\"Not Found\"}");
		assert_string_equal(
			answer_header(a, "Content-Type"), "application/json");
	}
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		EDGE_TEST(register_needs_each_field),
		EDGE_TEST(register_refuses_what_is_empty_or_too_long),
		EDGE_TEST(register_refuses_what_is_no_email_or_hides_something),
		EDGE_TEST(members_that_nobody_knows_are_ignored),
		EDGE_TEST(login_needs_each_field),
		EDGE_TEST(a_hash_that_is_none_lets_nobody_in),
		EDGE_TEST(a_header_of_another_form_is_no_token),
		EDGE_TEST(garbage_has_a_wrong_signature),
		EDGE_TEST(another_algorithm_has_a_wrong_signature),
		EDGE_TEST(a_signed_payload_that_is_no_object_is_401),
		EDGE_TEST(each_claim_is_needed),
		EDGE_TEST(a_token_of_another_time_is_outdated),
		EDGE_TEST(verify_needs_an_array_of_strings),
		EDGE_TEST(without_the_slash_one_is_sent_to_the_address_with_it),
		EDGE_TEST(another_method_is_405),
		EDGE_TEST(an_unknown_address_is_404),
	};

	(void)argc;
	return edge_run("users", tests, argv);
}
