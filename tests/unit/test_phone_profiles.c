/* Profiles, relations, follow requests: contract 6. */
#include "messenger.h"

#define DATA                                                                           \
	"{\\\"phone\\\":{\\\"index\\\":0,\\\"value\\\":{\\\"b\\\":{\\\"index\\\":1,"   \
	"\\\"value\\\":\\\"2\\\"},\\\"a\\\":{\\\"index\\\":0,\\\"value\\\":\\\"1\\\"}" \
	"}}}"

static const char *
at(int64_t profile, const char *more)
{
	return text(PHONE "/profiles/%lld%s", (long long)profile, more);
}

static const struct answer *
with_tag(const struct phone *p, const char *method, const char *path, const char *body,
	const char *tag)
{
	return call(method, path, .body = body,
		.headers = {p->token, CSRF, text("If-Match: %s", tag)});
}

static const char *
tag_of(int64_t profile)
{
	return value("select commit_id from messenger.profile where id = %lld",
		(long long)profile);
}

static void
make_private(const struct phone *p)
{
	value("update messenger.profile set private = true where id = %lld",
		(long long)p->profile);
}

static void
a_profile_is_made_shown_and_changed(void **state)
{
	struct phone p = given_phone();
	const struct answer *a = by(&p, "POST", PHONE "/profiles",
		.body = "{\"name\":\"At work\",\"data\":\"" DATA "\"}");

	(void)state;
	is_case(a, 201, "resource.created");
	assert_string_equal(data_text(a, "profile.resource"), "profile");
	assert_string_equal(data_text(a, "profile.phone"), "{\"a\":\"1\"}");
	assert_true(json_object_get_boolean(data_of(a, "profile.is_private")));
	assert_false(json_object_get_boolean(data_of(a, "profile.modified")));
	assert_string_equal(
		answer_header(a, "ETag"), data_text(a, "profile.commit_id"));
	int64_t id = data_number(a, "profile.uuid");
	const char *tag = answer_header(a, "ETag");
	p = signed_in_again(&p);
	a = with_tag(&p, "PATCH", at(id, ""),
		"{\"data\":{\"sns\":{\"index\":0,\"value\":{\"s\":{\"index\":0,"
		"\"value\":\"@me\"}}}},\"private\":\"false\","
		"\"image_url\":\"/x\"}",
		text("\"%s\"", tag));
	is_case(a, 201, "resource.modified");
	assert_null(data_text(a, "profile.phone"));
	assert_null(data_text(a, "profile.image_url"));
	assert_string_not_equal(answer_header(a, "ETag"), tag);
	is_case(with_tag(&p, "PATCH", at(id, ""), "{\"name\":\"x\"}", tag), 412,
		"resource.prediction_failed");
	tag = tag_of(id);
	is_case(with_tag(&p, "PATCH", at(id, ""), "{}", tag), 400,
		"request.body.empty");
	is_case(by(&p, "PATCH", at(id, ""), .body = "{\"name\":\"x\"}"), 400,
		"request.header.omitted");
	assert_int_equal(with_tag(&p, "DELETE", at(id, ""), NULL, tag)->status, 204);
	p = signed_in_again(&p);
	is_case(with_tag(&p, "PATCH", at(id, ""), "{\"name\":\"x\"}", tag), 404,
		"resource.not_found");
	is_case(by(&p, "GET", at(id, "")), 403, "resource.forbidden");
	a = by(&p, "GET", PHONE "/profiles");
	assert_int_equal(json_object_array_length(data_of(a, "profiles")), 1);
}

static void
data_of_another_shape_is_refused(void **state)
{
	static const char *const bad[] = {"[]", "7", "\"x\"", "\"{\"", "{\"phone\":{}}",
		"{\"phone\":{\"index\":0}}",
		"{\"phone\":{\"index\":\"0\",\"value\":{\"a\":{\"index\":0,\"value\":"
		"\"1\"}}}}",
		"{\"phone\":{\"index\":0,\"value\":{\"a\":\"1\"}}}",
		"{\"phone\":{\"index\":0,\"value\":{\"a\":{\"index\":0,\"value\":1}}}}",
		"{\"phone\":{\"index\":0,\"more\":1,\"value\":{\"a\":{\"index\":0,"
		"\"value\":\"1\"}}}}"};
	struct phone p = given_phone();

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		const struct answer *a = by(&p, "POST", PHONE "/profiles",
			.body = text("{\"name\":\"n\",\"data\":%s}", bad[i]));

		if (a->status == 400) /* cleaned away */
			continue;
		is_case(a, 422, "request.body.bad_semantics");
		assert_string_equal(data_text(a, "bad_semantics.0.field"), "data");
	}
	is_case(by(&p, "POST", PHONE "/profiles",
			.body = text("{\"name\":\"%s\",\"data\":\"{}\"}",
				repeated("n", 129))),
		422, "request.body.bad_semantics");
	/* What has been encoded twice is unwrapped. */
	const struct answer *a = by(&p, "POST", PHONE "/profiles",
		.body = "{\"name\":\"n\",\"data\":\"\\\"{}\\\"\"}");
	is_case(a, 201, "resource.created");
	assert_string_equal(data_text(a, "profile.data"), "{}");
}

static void
of_two_writers_one_loses(void **state)
{
	struct phone p = given_phone();
	const char *tag = tag_of(p.profile);

	(void)state;
	is_case(with_tag(&p, "PATCH", at(p.profile, ""), "{\"name\":\"first\"}", tag),
		201, "resource.modified");
	is_case(with_tag(&p, "PATCH", at(p.profile, ""), "{\"name\":\"second\"}", tag),
		412, "resource.prediction_failed");
	assert_string_equal(value("select name from messenger.profile where id = %lld",
				    (long long)p.profile),
		"first");
}

static void
others_profiles_cannot_be_changed(void **state)
{
	struct phone p = given_phone(), other = given_phone();
	const char *tag = tag_of(p.profile);

	(void)state;
	is_case(with_tag(&other, "PATCH", at(p.profile, ""), "{\"name\":\"x\"}", tag),
		403, "resource.forbidden");
	is_case(with_tag(&other, "DELETE", at(p.profile, ""), NULL, tag), 403,
		"resource.forbidden");
	is_case(with_tag(&other, "DELETE", at(2000000000, ""), NULL, tag), 404,
		"resource.not_found");
}

/* Owner of profile 12 is not that of 1 or 2, and nobody is that of x. */
static void
one_acts_as_ones_own_profile_only(void **state)
{
	struct phone p = given_phone(), other = given_phone();
	const char *const ids[] = {"0", "-1", "x", "1e1",
		text("%lld", (long long)p.profile / 10),
		text("%lld", (long long)other.profile),
		text("%lld9", (long long)p.profile), "99999999999999999999"};

	(void)state;
	for (size_t i = 0; i < sizeof(ids) / sizeof(*ids); i++) {
		const char *header = text("X-Profile-Id: %s", ids[i]);

		is_case(call("GET", at(other.profile, "/relations"),
				.headers = {p.token, CSRF, header}),
			403, "resource.forbidden");
		is_case(call("GET", at(other.profile, ""),
				.headers = {p.token, CSRF, header}),
			403, "resource.forbidden");
	}
	is_case(call("GET", at(other.profile, ""), .headers = {p.acting}), 403,
		"resource.forbidden");
	const struct answer *a = call("GET", at(other.profile, "/relations"),
		.headers = {p.token, CSRF, "X-Profile-Id: "});
	is_case(a, 400, "request.header.omitted");
	assert_string_equal(data_text(a, "lacks.0"), "X-Profile-Id");
}

static const struct answer *
relate(const struct phone *p, const struct phone *to, const char *status)
{
	return by(p, "PUT", at(to->profile, "/relations"),
		.body = status == NULL ? NULL : text("{\"status\":\"%s\"}", status));
}

static void
a_public_profile_is_followed_at_once(void **state)
{
	struct phone p = given_phone(), to = given_phone();
	const char *path = at(to.profile, "/relations");

	(void)state;
	is_case(by(&p, "GET", path), 404, "profilerelation.not_related");
	is_case(by(&p, "DELETE", path), 404, "profilerelation.not_related");
	is_case(relate(&p, &to, "HIDE"), 404, "profilerelation.not_related");
	is_case(relate(&p, &to, NULL), 200, "profilerelation.follows");
	is_case(by(&p, "GET", path), 200, "profilerelation.follows");
	is_case(relate(&p, &to, "FOLLOW"), 409, "profilerelation.already_on_state");
	is_case(relate(&p, &to, "hide"), 200, "profilerelation.hides");
	is_case(relate(&p, &to, "Block"), 200, "profilerelation.blocks");
	is_case(by(&p, "GET", path), 200, "profilerelation.blocks");
	is_case(relate(&p, &to, "like"), 422, "request.body.bad_semantics");
	is_case(relate(&p, &p, "FOLLOW"), 403, "resource.forbidden");
	assert_int_equal(by(&p, "DELETE", path)->status, 204);
	is_case(by(&p, "GET", path), 404, "profilerelation.not_related");
	is_case(relate(&p, &to, NULL), 200, "profilerelation.follows");
	value("update messenger.profile set locked_at = now(), why_locked = 'REPORTED' "
	      "where id = %lld",
		(long long)to.profile);
	assert_int_equal(by(&p, "DELETE", path)->status, 204);
	is_case(by(&p, "DELETE", path), 404, "resource.not_found");
	is_case(by(&p, "PUT", at(2000000000, "/relations")), 404, "resource.not_found");
	const struct answer *a = by(&p, "GET", at(2000000000, "/relations"));
	is_case(a, 404, "resource.not_found");
	assert_string_equal(data_text(a, "resource_name.0"), "profile");
}

static void
a_private_profile_is_asked(void **state)
{
	struct phone p = given_phone(), to = given_phone();
	const char *requests = at(to.profile, "/follow-request");
	const struct answer *a;

	(void)state;
	make_private(&to);
	is_case(by(&p, "GET", at(to.profile, "/relations")), 404, "resource.not_found");
	is_case(by(&p, "GET", at(to.profile, "")), 403, "resource.forbidden");
	is_case(by(&to, "GET", requests), 404, "resource.not_found");
	is_case(relate(&p, &to, "FOLLOW"), 200, "profilerelation.follow_requests");
	is_case(relate(&p, &to, "FOLLOW"), 409,
		"profilerelation.in_follow_request_state");
	is_case(relate(&p, &to, "HIDE"), 409,
		"profilerelation.in_follow_request_state");
	/* To ask opens nothing. */
	is_case(by(&p, "GET", at(to.profile, "")), 403, "resource.forbidden");
	a = by(&to, "GET", requests);
	is_case(a, 200, "resource.multiple_result");
	assert_int_equal(data_number(a, "follow_requests.0.uuid"), p.profile);
	/* But whoever is asked sees who asks. */
	make_private(&p);
	is_case(by(&to, "GET", at(p.profile, "")), 200, "resource.result");
	is_case(by(&p, "GET", requests), 403, "resource.forbidden");
	is_case(by(&to, "PUT", requests, .body = "{}"), 400, "request.body.omitted");
	a = by(&to, "PUT", requests,
		.body = text("{\"target_profile\":\"%lld\"}", (long long)p.profile));
	assert_int_equal(a->status, 201);
	assert_int_equal(json_number(a->json, "code"), 200);
	assert_string_equal(answer_text(a, "sub_code"), "profilerelation.follows");
	is_case(by(&p, "GET", at(to.profile, "")), 200, "resource.result");
	is_case(by(&to, "DELETE", requests,
			.body = text(
				"{\"target_profile\":%lld}", (long long)p.profile)),
		404, "resource.not_found");
}

static void
a_request_is_declined_by_body_or_query(void **state)
{
	struct phone p = given_phone(), to = given_phone();

	(void)state;
	make_private(&to);
	for (int by_query = 0; by_query < 2; by_query++) {
		relate(&p, &to, "FOLLOW");
		const char *path = at(to.profile,
			by_query ? text("/follow-request?target_profile=%lld",
					   (long long)p.profile)
				 : "/follow-request");
		const char *body =
			text("{\"target_profile\":%lld}", (long long)p.profile);

		assert_int_equal(
			by(&to, "DELETE", path, .body = by_query ? NULL : body)->status,
			204);
		is_case(by(&p, "GET", at(to.profile, "/relations")), 404,
			"resource.not_found");
	}
}

static void
a_block_holds_for_all_profiles_of_the_blocked(void **state)
{
	struct phone p = given_phone(), to = given_phone();

	(void)state;
	is_case(by(&p, "POST", PHONE "/profiles",
			.body = "{\"name\":\"second\",\"data\":\"{}\"}"),
		201, "resource.created");
	p = signed_in_again(&p);
	int64_t second =
		number("select max(id) from messenger.profile where account_id "
		       "= %lld",
			(long long)p.uuid);
	is_case(relate(&to, &p, "BLOCK"), 200, "profilerelation.blocks");
	const char *const headers[] = {
		p.acting, text("X-Profile-Id: %lld", (long long)second), NULL};
	for (size_t i = 0; i < 3; i++)
		is_case(call("GET", at(to.profile, ""),
				.headers = {p.token, CSRF, headers[i]}),
			403, "resource.forbidden");
	is_case(relate(&p, &to, "FOLLOW"), 403, "resource.forbidden");
	is_case(relate(&p, &to, "BLOCK"), 200, "profilerelation.blocks");
	/* The block's end does not make a friend of a private one. */
	assert_int_equal(by(&to, "DELETE", at(p.profile, "/relations"))->status, 204);
	make_private(&to);
	is_case(relate(&p, &to, "HIDE"), 200, "profilerelation.follow_requests");
}

static void
who_follows_still_sees_what_is_deleted(void **state)
{
	struct phone p = given_phone(), other = given_phone(), to = given_phone();

	(void)state;
	relate(&p, &to, "FOLLOW");
	assert_int_equal(
		with_tag(&to, "DELETE", at(to.profile, ""), NULL, tag_of(to.profile))
			->status,
		204);
	is_case(by(&p, "GET", at(to.profile, "")), 200, "resource.result");
	is_case(by(&other, "GET", at(to.profile, "")), 403, "resource.forbidden");
	is_case(call("GET", at(to.profile, "")), 403, "resource.forbidden");
	is_case(relate(&other, &to, "FOLLOW"), 404, "resource.not_found");
}

static void
nobody_has_more_than_fifty_profiles(void **state)
{
	struct phone p = given_phone();

	(void)state;
	value("insert into messenger.profile (account_id, name) select %lld, 'n' from "
	      "generate_series(2, 50)",
		(long long)p.uuid);
	is_case(by(&p, "POST", PHONE "/profiles",
			.body = "{\"name\":\"n\",\"data\":\"{}\"}"),
		409, "resource.conflict");
}

static const struct CMUnitTest tests[] = {
	EDGE_TEST(a_profile_is_made_shown_and_changed),
	EDGE_TEST(data_of_another_shape_is_refused),
	EDGE_TEST(of_two_writers_one_loses),
	EDGE_TEST(others_profiles_cannot_be_changed),
	EDGE_TEST(one_acts_as_ones_own_profile_only),
	EDGE_TEST(a_public_profile_is_followed_at_once),
	EDGE_TEST(a_private_profile_is_asked),
	EDGE_TEST(a_request_is_declined_by_body_or_query),
	EDGE_TEST(a_block_holds_for_all_profiles_of_the_blocked),
	EDGE_TEST(who_follows_still_sees_what_is_deleted),
	EDGE_TEST(nobody_has_more_than_fifty_profiles),
};

int
main(int argc, char **argv)
{
	(void)argc;
	setenv("SAMOVAR_MESSENGER_CONFIRM_EMAIL", "false", 1);
	setenv("SAMOVAR_MESSENGER_FIRST_ADMIN", "false", 1);
	return edge_run("phone profiles", tests, argv);
}
