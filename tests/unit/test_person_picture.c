/* Pictures that people upload of themselves: what the API says of them. The files are
 * made up here; tests/unit/test_image.c looks at how they are made. */
#include "edge.h"

#include <sodium.h>

#include "account/erase.h"
#include "db/db.h"
#include "image/image.h"
#include "people/picture.h"
#include "people/picture_job.h"

#define API "/people/api/v1"

/* Eight bytes are enough to be taken for a PNG until somebody opens it. */
#define PNG "\x89PNG\r\n\x1a\n and more"

struct person {
	const char *token, *uuid;
	int64_t id;
};

static struct person
given(const char *permissions)
{
	struct person p = {.token = given_member(permissions)};

	p.id = number("select max(id) from account.account");
	p.uuid = value(
		"select uuid from account.account where id = %lld", (long long)p.id);
	return p;
}

static const struct answer *
put_with(const struct person *p, const char *header, const char *query)
{
	return call("PUT", text(API "/me/picture%s", query), .body = PNG,
		.size = sizeof(PNG) - 1, .type = "image/png",
		.headers = {p->token, header});
}

static const struct answer *
put(const struct person *p)
{
	return put_with(p, NULL, "");
}

static const char *
id_of(const struct answer *a)
{
	struct json_object *picture = NULL;

	assert_int_equal(a->status, 202);
	json_object_object_get_ex(a->json, "picture", &picture);
	return text("%s", json_text(picture, "id"));
}

static const struct answer *
get(const struct person *p, const char *path, const char *header)
{
	return call("GET", text(API "%s", path),
		.headers = {p == NULL ? header : p->token, p == NULL ? NULL : header});
}

static void
is_error(const struct answer *a, int status, const char *code)
{
	if (a->status != status || !str_eq(answer_text(a, "error"), code))
		fail_msg("%d %s", a->status, a->body);
}

static const char *
state_of(const char *id)
{
	return value("select state from account.picture where id = '%s'", id);
}

/* As if its files had been made and put to a server at an address that is none. */
static const char *
given_picture(const struct person *p)
{
	const char *id = id_of(put(p));

	number("insert into storage.server (name, host, port, location, zone, "
	       "latitude, "
	       "longitude, is_on, is_active) values ('only', '192.0.2.1', 9, 'x', 'x', "
	       "0, "
	       "0, true, true) on conflict do nothing returning 1");
	number("with f as (insert into storage.file (account_id, kind, name, size, "
	       "content_type, current_version) select null, 'picture', 'people/%s/%s/' "
	       "|| "
	       "v || '.' || e, 10, 'image/webp', gen_random_uuid() from "
	       "unnest(array['w1000', "
	       "'w500', 'w200', 's512', 's256', 's128', 's64']) v, "
	       "unnest(array['webp', "
	       "'jpg']) e returning *), v as (insert into storage.file_version (id, "
	       "file_id, "
	       "key, state, announced_size, size, etag, stored_at) select "
	       "current_version, "
	       "id, name, 'stored', 10, 10, md5(name), now() from f), c as (insert "
	       "into "
	       "storage.copy (version_id, server_id, etag) select current_version, "
	       "s.id, "
	       "md5(f.name) from f, storage.server s where s.name = 'only'), p as "
	       "(insert "
	       "into account.picture_file select '%s', split_part(split_part(name, "
	       "'/', 4), "
	       "'.', 1), split_part(name, '.', 2), 10, 10, 10, md5(name), id from f "
	       "returning "
	       "1) select count(*) from p",
		p->uuid, id, id);
	number("with b as (delete from account.picture_bytes where picture_id = '%s'), "
	       "r as "
	       "(update account.picture set state = 'ready', width = 10, height = 10, "
	       "format = "
	       "'png', done = 14, ready_at = now() where id = '%s' returning 1) select "
	       "count(*) from r",
		id, id);
	number("with j as (delete from job.job where kind = 'picture.make' returning "
	       "1) "
	       "select count(*) from j");
	return id;
}

static void
show_to(const struct person *p, const char *whom)
{
	const struct answer *a = call("PATCH", API "/me/picture",
		.body = text("{\"visibility\":\"%s\"}", whom), .headers = {p->token});

	assert_int_equal(a->status, 200);
}

/* -- taken in */

static void
a_picture_is_taken_in_at_once(void **state)
{
	const struct person p = given("");
	const struct answer *a = put(&p);
	const char *id = id_of(a);

	(void)state;
	assert_string_equal(answer_header(a, "Location"), text(API "/pictures/%s", id));
	assert_string_equal(state_of(id), "received");
	assert_int_equal(
		number("select count(*) from account.picture_bytes where "
		       "picture_id = '%s' and bytes = '\\x89504e470d0a1a0a'::bytea "
		       "|| ' and more'::bytea",
			id),
		1);
	assert_int_equal(number("select count(*) from job.job where kind = "
				"'picture.make' and subject = '%s'",
				 id),
		1);
}

static void
a_form_brings_file_and_crop(void **state)
{
	static const char form[] =
		"--b\r\nContent-Disposition: form-data; name=\"crop\"\r\n\r\n"
		"{\"x\":1,\"y\":2,\"width\":300,\"height\":400}\r\n--b\r\n"
		"Content-Disposition: form-data; name=\"file\"; "
		"filename=\"../../me.png\"\r\n\r\n" PNG "\r\n--b--\r\n";
	const struct person p = given("");
	const struct answer *a = call("PUT", API "/me/picture", .body = form,
		.size = sizeof(form) - 1, .type = "multipart/form-data; boundary=b",
		.headers = {p.token});

	(void)state;
	assert_string_equal(
		value("select crop_x || ' ' || crop_y || ' ' || crop_width || "
		      "' ' || crop_height || ' ' || bytes from account.picture "
		      "where id = '%s'",
			id_of(a)),
		"1 2 300 400 17");
	/* Only the picture may be large. */
	const char *large = text("--b\r\nContent-Disposition: form-data; "
				 "name=\"crop\"\r\n\r\n[%s{}]\r\n--b--\r\n",
		repeated("{},", 100));
	is_error(call("PUT", API "/me/picture", .body = large,
			 .type = "multipart/form-data; boundary=b",
			 .headers = {p.token}),
		422, "Request.Validation");
}

static void
what_is_no_picture_is_refused_at_once(void **state)
{
	const struct person p = given("");
	const struct answer *a = call("PUT", API "/me/picture", .body = "<svg/>",
		.type = "image/svg+xml", .headers = {p.token});

	(void)state;
	is_error(a, 422, "Picture.Refused");
	assert_string_equal(answer_text(a, "reason"), "not_an_image");
	for (size_t i = 0; i < 2; i++) {
		static const char *const brands[] = {"heic", "avif"};
		char bytes[28] = {0, 0, 0, 28, 'f', 't', 'y', 'p'};

		memcpy(bytes + 8, brands[i], 4);
		a = call("PUT", API "/me/picture", .body = bytes, .size = sizeof(bytes),
			.type = text("image/%s", brands[i]), .headers = {p.token});
		is_error(a, 422, "Picture.Refused");
		assert_string_equal(answer_text(a, "reason"), "not_an_image");
	}
	is_error(call("PUT", API "/me/picture", .body = PNG, .type = "text/plain",
			 .headers = {p.token}),
		422, "Request.Validation");
	is_error(call("PUT", API "/me/picture", .type = "image/png",
			 .headers = {p.token}),
		422, "Request.Validation");
	is_error(put_with(&p, NULL, "?crop=5"), 422, "Request.Validation");
	is_error(put_with(&p, NULL,
			 "?crop=%7B%22x%22:-1,%22y%22:0,%22width%22:1,"
			 "%22height%22:1%7D"),
		422, "Request.Validation");
	is_error(put_with(&p, text("Idempotency-Key: %s", repeated("k", 256)), ""), 422,
		"Request.Validation");
	conf.people_picture_bytes = 10;
	a = put(&p);
	conf.people_picture_bytes = 10 << 20;
	is_error(a, 413, "Picture.TooLarge");
	assert_int_equal(
		number("select count(*) from account.picture where account_id = "
		       "%lld",
			(long long)p.id),
		0);
}

static void
a_key_that_is_said_again_is_the_same_picture(void **state)
{
	const struct person p = given(""), other = given("");
	const char *first = id_of(put_with(&p, "Idempotency-Key: k1", ""));

	(void)state;
	assert_string_equal(id_of(put_with(&p, "Idempotency-Key: k1", "")), first);
	assert_string_not_equal(id_of(put_with(&p, "Idempotency-Key: k2", "")), first);
	assert_string_not_equal(
		id_of(put_with(&other, "Idempotency-Key: k1", "")), first);
}

static void
a_newer_upload_replaces_one_in_work_not_one_that_is_shown(void **state)
{
	const struct person p = given("");
	const char *shown = given_picture(&p), *first = id_of(put(&p)),
		   *second = id_of(put(&p));

	(void)state;
	assert_string_equal(state_of(shown), "ready");
	assert_string_equal(state_of(first), "replaced");
	assert_string_equal(state_of(second), "received");
	assert_int_equal(number("select count(*) from account.picture_bytes where "
				"picture_id = '%s'",
				 first),
		0);
}

static void
a_picture_may_come_by_the_store(void **state)
{
	const struct person p = given("");
	const char *path = API "/me/picture/upload";

	(void)state;
	given_picture(&p); /* there is a server */
	const struct answer *a = call("POST", path,
		.body = "{\"size\":1000,\"type\":\"image/png\"}", .headers = {p.token});
	assert_int_equal(a->status, 201);
	const char *id = answer_text(a, "id");
	assert_string_equal(state_of(id), "announced");
	assert_non_null(strstr(
		answer_text(a, "link"), text("/people/%s/%s/original?", p.uuid, id)));
	is_error(
		call("POST", path, .body = "{\"size\":1000,\"type\":\"image/svg+xml\"}",
			.headers = {p.token}),
		422, "Request.Validation");
	is_error(call("POST", path,
			 .body = "{\"size\":100000000,\"type\":\"image/png\"}",
			 .headers = {p.token}),
		413, "Picture.TooLarge");
	/* Announced, it keeps nobody out; its bytes replace what is in work. */
	const char *work = id_of(put(&p));
	struct ctx c;
	bool found;
	edge_ctx(&c);
	assert_int_equal(picture_arrived(&c, id, &found), OK);
	assert_true(found);
	ctx_end(&c);
	assert_string_equal(state_of(work), "replaced");
	assert_string_equal(state_of(id), "received");
}

static void
twenty_a_day_are_enough(void **state)
{
	const struct person p = given("");

	(void)state;
	for (int i = 0; i < 20; i++)
		assert_int_equal(put(&p)->status, 202);
	const struct answer *a = put(&p);
	is_error(a, 429, "Picture.Busy");
	int64_t wait = atoll(answer_header(a, "Retry-After"));
	assert_in_range(wait, 86000, 86401);
	conf.people_pictures_a_day = 21;
	assert_int_equal(put(&p)->status, 202);
	conf.people_pictures_a_day = 20;
	number("with u as (update account.picture set created = created - interval '1 "
	       "day' "
	       "where account_id = %lld returning 1) select count(*) from u",
		(long long)p.id);
	assert_int_equal(put(&p)->status, 202);
}

/* A PNG of 210 x 210 black pixels, as hexadecimal digits. */
static const char black[] =
	"89504e470d0a1a0a0000000d49484452000000d2000000d2010000000017e2a3"
	"ef0000001c4944415478daedc1010d000000c2a0f74f6d0f07140000000000fc"
	"1816f80001ce9b70dc0000000049454e44ae426082";

/* Why the job has refused it. */
static const char *
refusal(const struct person *p)
{
	unsigned char bytes[sizeof(black) / 2];
	size_t n = 0;
	struct ctx c;

	number("insert into storage.server (name, host, port, location, zone, "
	       "latitude, "
	       "longitude, is_on, is_active) values ('only', '192.0.2.1', 9, 'x', 'x', "
	       "0, 0, true, true) on conflict do nothing returning 1");
	assert_int_equal(sodium_hex2bin(bytes, sizeof(bytes), black, strlen(black),
				 NULL, &n, NULL),
		0);
	const char *id = id_of(call("PUT", API "/me/picture", .body = (char *)bytes,
		.size = n, .type = "image/png", .headers = {p->token}));
	edge_ctx(&c);
	assert_int_equal(
		picture_make_job(
			&c, &(struct job){.subject = id, .tries = 1, .max_tries = 5}),
		OK);
	ctx_end(&c);
	return value("select reason from account.picture where id = '%s'", id);
}

static void
the_settings_say_how_small_and_large_a_picture_may_be(void **state)
{
	const struct person p = given("");
	int64_t least = conf.people_picture_min, most = conf.people_picture_pixels;

	(void)state;
	conf.people_picture_min = 211;
	assert_string_equal(refusal(&p), "too_small");
	conf.people_picture_min = least;
	conf.people_picture_pixels = 44099;
	assert_string_equal(refusal(&p), "too_many_pixels");
	conf.people_picture_pixels = most;
}

/* -- looked at */

static void
whoever_waits_is_told_when_to_ask_again(void **state)
{
	const struct person p = given(""), other = given(""),
			    moderator = given("can_moderate");
	const char *path = text("/pictures/%s", id_of(put(&p)));
	const struct answer *a = get(&p, path, NULL);

	(void)state;
	assert_int_equal(a->status, 200);
	assert_string_equal(answer_text(a, "state"), "received");
	assert_string_equal(answer_header(a, "Retry-After"), "1");
	const char *known = text("If-None-Match: %s", answer_header(a, "ETag"));
	a = get(&p, path, known);
	assert_int_equal(a->status, 304);
	assert_string_equal(answer_header(a, "Retry-After"), "1");
	number("with u as (update account.picture set state = 'processing' where "
	       "account_id "
	       "= %lld returning 1) select count(*) from u",
		(long long)p.id);
	assert_int_equal(get(&p, path, known)->status, 200);
	is_error(get(&other, path, NULL), 404, "Picture.Gone");
	assert_int_equal(get(&moderator, path, NULL)->status, 200);
	is_error(get(&p, "/pictures/00000000-0000-4000-8000-000000000000", NULL), 404,
		"Picture.Gone");
}

/* The first address that the owner is given. */
static const char *
signed_address(const struct person *p, const char *id)
{
	const char *found =
		strstr(get(p, text("/pictures/%s", id), NULL)->body, API "/pictures/");

	assert_non_null(found);
	return text("%.*s", (int)strcspn(found, "\""), found);
}

struct seen {
	const char *visibility;
	int nobody, member, owner, moderator, with_signature; /* status */
};

static void
each_sees_what_the_person_shows_them(void **state)
{
	static const struct seen table[] = {{"everyone", 200, 200, 200, 200, 200},
		{"members", 401, 200, 200, 200, 200},
		{"nobody", 401, 404, 200, 200, 200}};
	const struct person p = given(""), member = given(""),
			    moderator = given("can_moderate");
	const char *id = given_picture(&p), *file = text("/pictures/%s/w500.jpg", id);

	(void)state;
	for (size_t i = 0; i < 6; i++) {
		const struct seen *s = &table[i % 3];

		if (i < 3) /* nobody has said anything yet */
			conf.people_picture_visibility = s->visibility;
		else
			show_to(&p, s->visibility);
		assert_int_equal(get(NULL, file, NULL)->status, s->nobody);
		assert_int_equal(get(&member, file, NULL)->status, s->member);
		assert_int_equal(get(&p, file, NULL)->status, s->owner);
		assert_int_equal(get(&moderator, file, NULL)->status, s->moderator);
		assert_int_equal(
			call("GET", signed_address(&p, id))->status, s->with_signature);
	}
	conf.people_picture_visibility = "members";
	is_error(get(NULL, file, "Authorization: Bearer x.y.z"), 401, "Auth.Unsigned");
}

/* Staff and those whom it is shown to see the variants only. */
static void
an_original_is_its_owners_alone(void **state)
{
	const struct person p = given(""), member = given(""),
			    moderator = given("can_moderate");
	const char *id = given_picture(&p), *path = text("/pictures/%s", id),
		   *file = text("%s/original.jpg", path);

	(void)state;
	is_error(get(&p, file, NULL), 404, "Picture.Gone"); /* it is not kept */
	number("with f as (insert into storage.file (account_id, kind, name, size, "
	       "content_type, current_version) values (null, 'picture', "
	       "'people/%s/%s/original.jpg', 10, 'image/jpeg', gen_random_uuid()) "
	       "returning *), v as (insert into storage.file_version (id, file_id, "
	       "key, "
	       "state, announced_size, size, etag, stored_at) select current_version, "
	       "id, name, 'stored', 10, 10, md5(name), now() from f), c as (insert "
	       "into "
	       "storage.copy (version_id, server_id, etag) select current_version, "
	       "s.id, md5(f.name) from f, storage.server s where s.name = 'only'), p "
	       "as (insert into account.picture_file select '%s', 'original', 'jpg', "
	       "10, 10, 10, 'x', id from f returning 1) select count(*) from p",
		p.uuid, id, id);
	show_to(&p, "everyone");
	const struct answer *a = get(&p, file, NULL);
	assert_int_equal(a->status, 200);
	assert_non_null(strstr(answer_header(a, "Cache-Control"), "private"));
	assert_int_equal(get(NULL, file, NULL)->status, 401);
	assert_int_equal(get(&member, file, NULL)->status, 404);
	assert_int_equal(get(&moderator, file, NULL)->status, 404);
	assert_null(strstr(get(&moderator, path, NULL)->body, "original"));
	const char *found = strstr(
		get(&p, path, NULL)->body, text(API "/pictures/%s/original", id));
	assert_non_null(found);
	assert_int_equal(
		call("GET", text("%.*s", (int)strcspn(found, "\""), found))->status,
		200);
}

static void
a_signature_opens_one_file_for_a_quarter_of_an_hour(void **state)
{
	const struct person p = given("");
	const char *id = given_picture(&p), *address = signed_address(&p, id);
	const char *query = strchr(address, '?');

	(void)state;
	assert_non_null(query);
	assert_int_equal(call("GET", address)->status, 200);
	is_error(call("GET", text(API "/pictures/%s/s64.jpg%s", id, query)), 401,
		"Auth.Unsigned");
	is_error(call("GET", text(API "/pictures/%s/w1000.webp?expires=1%s", id,
				     strchr(query, '&'))),
		401, "Auth.Unsigned");
	struct ctx c;
	edge_ctx(&c);
	const char *sign = text("%s", picture_signature(&c, "x/y"));
	const char *expires =
		text("%.*s", (int)(strchr(sign, '&') - sign - 8), sign + 8);
	const char *digits = strrchr(sign, '=') + 1;
	assert_true(picture_signature_holds(&c, "x/y", expires, digits));
	assert_false(picture_signature_holds(&c, "x/z", expires, digits));
	c.now = utc_after(c.now, 901);
	assert_false(picture_signature_holds(&c, "x/y", expires, digits));
	ctx_end(&c);
}

static void
who_is_deactivated_shows_nothing(void **state)
{
	const struct person p = given(""), moderator = given("can_moderate");
	const char *id = given_picture(&p), *file = text("/pictures/%s/w500.jpg", id);

	(void)state;
	show_to(&p, "everyone");
	const char *address = signed_address(&p, id);
	assert_int_equal(get(NULL, file, NULL)->status, 200);
	number("with u as (update account.account set status = 'deactivated' where "
	       "uuid "
	       "= '%s' returning 1) select count(*) from u",
		p.uuid);
	is_error(get(NULL, file, NULL), 404, "Picture.Gone");
	is_error(get(&moderator, file, NULL), 404, "Picture.Gone");
	assert_int_equal(call("GET", address)->status, 404);
	assert_int_equal(get(NULL, text("/avatars/%s", p.uuid), NULL)->status, 404);
}

static void
the_bytes_are_nginxs_to_send(void **state)
{
	const struct person p = given("");
	const char *id = given_picture(&p), *file = text("/pictures/%s/s128.webp", id);
	const struct answer *a;

	(void)state;
	show_to(&p, "everyone");
	a = get(NULL, file, NULL);
	assert_string_equal(answer_header(a, "X-Accel-Redirect"), "/_object");
	assert_non_null(strstr(answer_header(a, "X-Object"),
		text("http://192.0.2.1:9/%s/people/%s/%s/s128.webp?", conf.s3_bucket,
			p.uuid, id)));
	assert_string_equal(answer_header(a, "Cache-Control"),
		"public, max-age=31536000, s-maxage=300, immutable");
	const char *tag = answer_header(a, "ETag");
	assert_int_equal(get(NULL, file, text("If-None-Match: %s", tag))->status, 304);
	is_error(get(NULL, text("/pictures/%s/s128.gif", id), NULL), 404,
		"Picture.Gone");
	is_error(get(NULL, text("/pictures/%s/original.jpg", id), NULL), 404,
		"Picture.Gone");
	/* A name that nginx would have to look up, and a certificate that it would not
	 * check, are the client's: a redirect, kept no longer than its link is good. */
	number("with u as (update storage.server set host = 'far.example' where name = "
	       "'only' returning 1) select count(*) from u");
	a = get(NULL, file, NULL);
	number("with u as (update storage.server set host = '192.0.2.1' where name = "
	       "'only' "
	       "returning 1) select count(*) from u");
	assert_int_equal(a->status, 302);
	assert_string_equal(answer_header(a, "Cache-Control"), "private, max-age=600");
	assert_non_null(strstr(
		answer_header(a, "Location"), "response-content-type=image%2Fwebp"));
}

static void
an_avatar_is_the_next_larger_square(void **state)
{
	static const struct {
		const char *query, *accept, *file;
	} table[] = {{"", "*/*", "s128.jpg"}, {"?s=16", "image/webp", "s64.webp"},
		{"?s=64", "image/avif,image/webp,*/*", "s64.webp"},
		{"?s=65", "image/png", "s128.jpg"}, {"?s=257", "image/*", "s512.jpg"},
		{"?s=1024", "image/webp", "s512.webp"}};
	const struct person p = given("");

	(void)state;
	given_picture(&p);
	show_to(&p, "everyone");
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		const struct answer *a =
			get(NULL, text("/avatars/%s%s", p.uuid, table[i].query),
				text("Accept: %s", table[i].accept));
		const char *from = answer_header(a, "X-Object");

		if (from == NULL || strstr(from, text("/%s?", table[i].file)) == NULL)
			fail_msg("%s: %s", table[i].query, from);
		assert_string_equal(
			answer_header(a, "Cache-Control"), "public, max-age=300");
		assert_string_equal(
			answer_header(a, "Vary"), "Accept, Authorization, Cookie");
	}
}

static void
who_may_not_see_a_picture_gets_initials(void **state)
{
	const struct person p = given(""), member = given("");
	const char *avatar = text("/avatars/%s", p.uuid);

	(void)state;
	given_picture(&p);
	assert_string_equal(answer_header(get(NULL, avatar, NULL), "Content-Type"),
		"image/svg+xml");
	is_error(get(NULL, text("%s?d=404", avatar), NULL), 404, "People.Gone");
	const struct answer *a = get(&member, avatar, NULL);
	assert_non_null(answer_header(a, "X-Object"));
	assert_string_equal(answer_header(a, "Cache-Control"), "private, max-age=300");
	show_to(&p, "nobody");
	assert_null(answer_header(get(&member, avatar, NULL), "X-Object"));
	assert_non_null(answer_header(get(&p, avatar, NULL), "X-Object"));
}

/* -- removed */

static int64_t
copies_of(const char *id, const char *which)
{
	return number(
		"select count(*) from storage.copy c join storage.file_version v on "
		"v.id = c.version_id where v.key like 'people/%%/%s/%%' and %s",
		id, which);
}

static void
what_is_removed_is_seen_by_nobody_and_its_objects_go(void **state)
{
	const struct person p = given("");
	const char *id = given_picture(&p), *work = id_of(put(&p));

	(void)state;
	assert_int_equal(
		call("DELETE", API "/me/picture", .headers = {p.token})->status, 204);
	assert_string_equal(state_of(id), "removed");
	assert_string_equal(state_of(work), "removed");
	is_error(get(&p, text("/pictures/%s/w500.jpg", id), NULL), 404, "Picture.Gone");
	assert_null(
		answer_header(get(&p, text("/avatars/%s", p.uuid), NULL), "X-Object"));
	struct ctx c;
	edge_ctx(&c);
	assert_int_equal(
		picture_remove_job(&c, &(struct job){.subject = id, .tries = 1}), OK);
	ctx_end(&c);
	assert_int_equal(copies_of(id, "doomed_at is null"), 0);
	assert_int_equal(
		number("select count(*) from job.job where kind = 'copy.remove'"),
		copies_of(id, "true"));
	assert_int_equal(number("select count(*) from account.picture_file where "
				"picture_id = '%s'",
				 id),
		0);
	assert_int_equal(
		call("DELETE", API "/me/picture", .headers = {p.token})->status, 204);
}

static void
staff_that_removes_a_picture_says_why(void **state)
{
	const struct person p = given(""), moderator = given("can_moderate");
	const char *id = given_picture(&p);
	const char *path = text(API "/people/%s/picture/remove", p.uuid);

	(void)state;
	is_error(call("POST", path, .body = "{}", .headers = {moderator.token}), 422,
		"Request.Validation");
	assert_int_equal(call("POST", path, .body = "{\"reason\":\"not a face\"}",
				 .headers = {moderator.token})
				 ->status,
		204);
	assert_string_equal(state_of(id), "removed");
	assert_int_equal(
		number("select count(*) from job.job where kind = 'mail.send' and "
		       "subject like 'picture_removed %s %%'",
			p.uuid),
		1);
	assert_string_equal(
		value("select data ->> 'reason' from account.audit where action "
		      "= 'picture.remove' and object_id = '%s'",
			p.uuid),
		"not a face");
	is_error(call("POST", path, .body = "{\"reason\":\"again\"}",
			 .headers = {moderator.token}),
		404, "Picture.Gone");
}

static void
an_erased_person_has_no_picture(void **state)
{
	const struct person p = given("");
	const char *id = given_picture(&p);
	struct account a = {0};
	struct ctx c;

	(void)state;
	edge_ctx(&c);
	assert_int_equal(db_begin(&c), OK);
	assert_int_equal(account_by_uuid(&c, p.uuid, &a), OK);
	assert_int_equal(db_end(&c, account_erase(&c, &a)), OK);
	ctx_end(&c);
	assert_string_equal(state_of(id), "removed");
	assert_int_equal(
		number("select count(*) from job.job where kind = 'picture.remove' "
		       "and subject = '%s'",
			id),
		1);
	assert_int_equal(get(NULL, text("/avatars/%s", p.uuid), NULL)->status, 404);
}

static void
a_picture_is_no_file_of_its_owner(void **state)
{
	const struct person p = given("can_view_file can_delete_file");
	const char *id = given_picture(&p);

	(void)state;
	assert_int_equal(
		number("select count(*) from storage.usage where account_id = %lld "
		       "and bytes <> 0",
			(long long)p.id),
		0);
	assert_int_equal(
		number("select count(*) from storage.file where name like "
		       "'people/%%%s%%' and account_id is null and counted = 0",
			id),
		14);
}

static void
what_nobody_takes_up_again_has_failed(void **state)
{
	const struct person p = given("");
	const char *id = id_of(put(&p));

	(void)state;
	number("with j as (delete from job.job where key = '%s' returning 1), u as "
	       "(update "
	       "account.picture set changed = changed - interval '2 hours' where id = "
	       "'%s' "
	       "returning 1) select count(*) from u, j",
		id, id);
	struct ctx c;
	edge_ctx(&c);
	assert_int_equal(picture_sweep(&c), OK);
	ctx_end(&c);
	assert_string_equal(state_of(id), "failed");
	assert_int_equal(put(&p)->status, 202);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		EDGE_TEST(a_picture_is_taken_in_at_once),
		EDGE_TEST(a_form_brings_file_and_crop),
		EDGE_TEST(what_is_no_picture_is_refused_at_once),
		EDGE_TEST(a_key_that_is_said_again_is_the_same_picture),
		EDGE_TEST(a_newer_upload_replaces_one_in_work_not_one_that_is_shown),
		EDGE_TEST(a_picture_may_come_by_the_store),
		EDGE_TEST(twenty_a_day_are_enough),
		EDGE_TEST(the_settings_say_how_small_and_large_a_picture_may_be),
		EDGE_TEST(whoever_waits_is_told_when_to_ask_again),
		EDGE_TEST(each_sees_what_the_person_shows_them),
		EDGE_TEST(an_original_is_its_owners_alone),
		EDGE_TEST(a_signature_opens_one_file_for_a_quarter_of_an_hour),
		EDGE_TEST(who_is_deactivated_shows_nothing),
		EDGE_TEST(the_bytes_are_nginxs_to_send),
		EDGE_TEST(an_avatar_is_the_next_larger_square),
		EDGE_TEST(who_may_not_see_a_picture_gets_initials),
		EDGE_TEST(what_is_removed_is_seen_by_nobody_and_its_objects_go),
		EDGE_TEST(staff_that_removes_a_picture_says_why),
		EDGE_TEST(an_erased_person_has_no_picture),
		EDGE_TEST(a_picture_is_no_file_of_its_owner),
		EDGE_TEST(what_nobody_takes_up_again_has_failed),
	};

	(void)argc;
	image_use(BUILDDIR "/samovar-image");
	return edge_run("person pictures", tests, argv);
}
