#include "messenger.h"

#include <sodium.h>

void
is_case(const struct answer *a, int status, const char *sub_code)
{
	if (a->status != status || !str_eq(answer_text(a, "sub_code"), sub_code))
		fail_msg("%d %s, wanted %d %s", a->status, a->body, status, sub_code);
	assert_int_equal(json_truth(a->json, "success"), status < 400);
	assert_non_null(json_member(a->json, "data", json_type_object));
	assert_non_null(json_member(a->json, "message", json_type_string));
	assert_int_equal(json_object_object_length(a->json), 5);
}

struct json_object *
data_of(const struct answer *a, const char *path)
{
	struct json_object *at = json_member(a->json, "data", json_type_object);

	while (at != NULL && *path != '\0') {
		size_t n = strcspn(path, ".");
		const char *step = text("%.*s", (int)n, path);
		int64_t index;

		if (json_object_is_type(at, json_type_array) && int_read(step, &index))
			at = json_object_array_get_idx(at, (size_t)index);
		else if (!json_object_object_get_ex(at, step, &at))
			at = NULL;
		path += n + (path[n] == '.');
	}
	return at;
}

const char *
data_text(const struct answer *a, const char *path)
{
	struct json_object *at = data_of(a, path);

	return at == NULL ? NULL : json_object_get_string(at);
}

int64_t
data_number(const struct answer *a, const char *path)
{
	struct json_object *at = data_of(a, path);

	return at == NULL ? 0 : json_object_get_int64(at);
}

const char *
set_cookie(const struct answer *a, const char *name)
{
	const char *at = strstr(a->head, text("\r\nSet-Cookie: %s=", name));

	if (at == NULL)
		return NULL;
	at = strchr(at, '=') + 1;
	return text("%.*s", (int)strcspn(at, ";"), at);
}

void
take_login(struct phone *p, const struct answer *a)
{
	p->uuid = data_number(a, "user.uuid");
	p->token = text(
		"Authorization: Bearer %s", data_text(a, "user.access_token.token"));
	if (set_cookie(a, "refresh_token") != NULL)
		p->cookie = text(
			"Cookie: refresh_token=%s", set_cookie(a, "refresh_token"));
	p->profile = number("select min(id) from messenger.profile where account_id = "
			    "%lld and deleted_at is null",
		(long long)p->uuid);
	p->acting = text("X-Profile-Id: %lld", (long long)p->profile);
}

const struct answer *
post_account(const char *path, const char *body, const char *cookie)
{
	return call("POST", text(PHONE "/account/%s", path), .body = body,
		.headers = {AGENT, CSRF, cookie});
}

struct phone
given_phone(void)
{
	static int n;
	struct phone p = {.name = text("phone%d", ++n)};
	const struct answer *a = call("POST", PHONE "/account/signup",
		.body = text("{\"id\":\"%s\",\"pw\":\"" PASSWORD "\",\"nick\":\"Nick "
			     "%s\",\"email\":\"%s@example.com\"}",
			p.name, p.name, p.name),
		.headers = {AGENT, CSRF});

	is_case(a, 201, "user.sign_up");
	take_login(&p, a);
	return p;
}

struct phone
signed_in_again(const struct phone *first)
{
	struct phone p = *first;
	const struct answer *a = call("POST", PHONE "/account/signin",
		.body = text("{\"id\":\"%s\",\"pw\":\"" PASSWORD "\"}", p.name),
		.headers = {AGENT, CSRF});

	is_case(a, 200, "user.sign_in");
	take_login(&p, a);
	return p;
}

const struct answer *
refresh(const struct phone *p)
{
	return post_account("refresh", NULL, p->cookie);
}

void
is_live(const struct phone *p)
{
	is_case(by(p, "GET", PHONE "/profiles"), 200, "resource.multiple_result");
}

void
is_dead(const struct phone *p)
{
	is_case(by(p, "GET", PHONE "/profiles"), 401, "access_token.invalid");
}

struct json_object *
claims(const char *token)
{
	const char *payload = strchr(token, '.') + 1;
	size_t n = strcspn(payload, "."), used;
	char *bytes = (char *)(uintptr_t)text("%*s", (int)n + 4, "");

	for (size_t i = 0; i < n; i++)
		assert_null(memchr("-_=", payload[i], 3));
	assert_int_equal(
		sodium_base642bin((unsigned char *)bytes, n + 4, payload, n, NULL,
			&used, NULL, sodium_base64_VARIANT_ORIGINAL_NO_PADDING),
		0);
	bytes[used] = '\0';
	for (size_t i = 0; i < used; i++)
		assert_true(bytes[i] > 0);
	struct json_object *json = json_tokener_parse(bytes);
	assert_non_null(json);
	return json;
}

void
let_strangers_invite(const struct phone *p)
{
	value("update messenger.profile set can_annonymous_invite = true where id = "
	      "%lld",
		(long long)p->profile);
}

struct phone
given_guest(void)
{
	struct phone p = given_phone();

	let_strangers_invite(&p);
	return p;
}

const char *
inviting(const struct phone *p)
{
	return text("{\"inviting_profiles\":%lld}", (long long)p->profile);
}

int64_t
given_room(const struct phone *owner, const struct phone *guest)
{
	const struct answer *a =
		by(owner, "POST", PHONE "/chats", .body = inviting(guest));

	is_case(a, 201, "resource.created");
	return data_number(a, "chat_room.uuid");
}

const char *
room_path(int64_t room, const char *more)
{
	return text(PHONE "/chats/%lld%s", (long long)room, more);
}

const struct answer *
say(const struct phone *p, int64_t room, const char *words)
{
	return by(p, "PUT", room_path(room, "/events"),
		.body = text("{\"message\":\"%s\"}", words));
}
