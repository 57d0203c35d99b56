/*
 * What strangers send is read in linear work: each reader gets its worst input at two
 * sizes, and twice the size may cost at most 2.5 times the work. The sizes are a
 * factor of four apart (2.5 twice is 6.25; quadratic work is 16), the work is processor
 * time, the least of several rounds: whatever else the machine does can only add to it,
 * so more rounds are made until it is right or hopeless.
 */
#include "unit.h"
#include "base/json.h"

#include <json-c/json.h>
#include <malloc.h>
#include <time.h>

#include "condition.h"
#include "router.h"
#include "forgiving.h"
#include "multipart.h"
#include "programme/form.h"
#include "programme/update.h"
#include "reply.h"
#include "storage/notification.h"
#include "storage/geo_point.h"
#include "s3/keys_xml.h"
#include "s3/policy.h"
#include "s3/sigv4.h"
#include "store/upload.h"
#include "token.h"

#define SIZE ((size_t)32 * 1024)
#define STEP 4
#define BOUND (2.5 * 2.5)
#define ROUNDS_LEAST 3
#define ROUNDS_MOST 400
/* Seconds; below that, nothing depends on the size. */
#ifdef __SANITIZE_ADDRESS__
#define FLOOR 1e-3
#else
#define FLOOR 50e-6
#endif
#define HOPELESS 10 /* times the work, after the least rounds */

struct texts_in {
	const char *name;
	struct texts list;
};

static FIELDS(texts_fields, FIELD(struct texts_in, name, .must = true, .max = 100),
	FIELD(struct texts_in, list));

/* -- inputs: `head`, then `unit` until there are n bytes, then `tail`. A # in the unit
 * is a number that counts. */

static const char *
repeated(const char *head, const char *unit, const char *tail, size_t n)
{
	struct buf b = {.arena = &c.arena};
	const char *mark = strchr(unit, '#');

	buf_add(&b, head);
	for (long i = 0; b.used < n; i++) {
		if (mark == NULL) {
			buf_add(&b, unit);
			continue;
		}
		buf_addn(&b, unit, (size_t)(mark - unit));
		buf_fmt(&b, "%ld", i);
		buf_add(&b, mark + 1);
	}
	buf_add(&b, tail);
	return buf_text(&b);
}

/* -- readers */

static struct req
request_of(const struct face *face, char **params)
{
	struct req r = {.face = face, .params = params};

	ctx_start(&r.ctx, NULL, NULL);
	r.out.arena = &r.ctx.arena;
	return r;
}

static const struct face *
face_named(const char *name)
{
	const struct face *f = faces;

	while (f->name != NULL && !str_eq(f->name, name))
		f++;
	assert_non_null(f->name);
	return f;
}

static void
read_json_for(const struct face *face, const char *text)
{
	static char *none[] = {NULL};
	struct req r = request_of(face, none);
	struct texts_in in = {0};
	struct json_object *json;
	enum err e = json_read(&r.ctx, text, strlen(text), &json);

	if (e == OK)
		e = fields_from_json(&r.ctx, json, texts_fields, true, &in);
	if (e != OK)
		face->manners->refuse(&r, e);
	ctx_end(&r.ctx);
}

static void
json_of_the_programme(const char *text)
{
	read_json_for(face_named("programme"), text);
}

static void
json_of_the_storage(const char *text)
{
	read_json_for(face_named("storage"), text);
}

static void
forgiven(const char *type, const char *text)
{
	static const struct manners manners = {.body = BODY_FORGIVING};
	static const struct face face = {.manners = &manners};
	char *params[] = {(char *)type, NULL};
	struct req r = request_of(&face, params);
	struct texts_in in = {0};
	struct json_object *json;

	r.trusted = true; /* the more values, the more work */
	r.body = text;
	r.body_size = strlen(text);
	if (forgiving_body(&r, texts_fields, &json) == OK)
		fields_from_json(&r.ctx, json, texts_fields, false, &in);
	ctx_end(&r.ctx);
}

static void
forgiven_json(const char *text)
{
	forgiven("CONTENT_TYPE=application/json", text);
}

static void
forgiven_form(const char *text)
{
	forgiven("CONTENT_TYPE=multipart/form-data; "
		 "boundary=0123456789012345678901234567890x",
		text);
}

static void
query(const char *text)
{
	struct texts_in in = {0};
	struct ctx ctx;
	size_t n;

	ctx_start(&ctx, NULL, NULL);
	const struct pair *pairs = pairs_read(&ctx, text, &n);
	fields_from_pairs(&ctx, pairs, n, "query", texts_fields, &in);
	ctx_end(&ctx);
}

static void
serve(const char *path, const char *header)
{
	struct arena a = {0};
	char *params[] = {arena_fmt(&a, "DOCUMENT_URI=%s", path),
		arena_fmt(&a, "REQUEST_URI=%s", path), arena_str(&a, header),
		(char *)"REQUEST_METHOD=GET", (char *)"REQUEST_ID=1", NULL};
	struct req r = {0};

	ctx_start(&r.ctx, NULL, NULL);
	enum err e = req_read(&r, params, NULL, NULL);
	router_find(&r);
	router_serve(&r, e);
	ctx_end(&r.ctx);
	arena_end(&a);
}

static void
path(const char *text)
{
	serve(text, "");
}

static void
cookie(const char *text)
{
	serve("/api/administrators/refresh", text);
}

static void
authorization(const char *text)
{
	serve("/api/administrators/me", text);
	serve("/storage/api/v1/files/", text);
}

static void
origin(const char *text)
{
	serve("/movies/api/v1/nothing", text);
}

static void
form_body(const char *text)
{
	struct part *parts;
	struct ctx ctx;
	size_t count;

	ctx_start(&ctx, NULL, NULL);
	multipart_split(&ctx,
		"multipart/form-data; boundary=0123456789012345678901234567890x", text,
		strlen(text), &parts, &count);
	ctx_end(&ctx);
}

static void
form_type(const char *text)
{
	struct part *parts;
	struct ctx ctx;
	size_t count;

	ctx_start(&ctx, NULL, NULL);
	multipart_split(&ctx, text, "--x--", 5, &parts, &count);
	ctx_end(&ctx);
}

static void
update(const char *text)
{
	struct json_object *json;
	struct update u;
	struct form f;
	struct ctx ctx;

	ctx_start(&ctx, NULL, NULL);
	if (json_read(&ctx, text, strlen(text), &json) == OK)
		update_read(&ctx, json, &u);
	ctx_clear_error(&ctx);
	form_read(&ctx, text, &f);
	form_check(&ctx, &f, &(struct buf){.arena = &ctx.arena});
	ctx_end(&ctx);
}

static void
notification(const char *text)
{
	const char **keys;
	struct ctx ctx;
	size_t count;

	ctx_start(&ctx, NULL, NULL);
	notification_read(&ctx, "storage", text, strlen(text), &keys, &count);
	ctx_end(&ctx);
}

static void
tags(const char *text)
{
	etag_listed(text, "\"abc\"");
	etag_listed(text, "abd");
}

static void
place(const char *text)
{
	struct geo_point p;

	geo_point_read(text, &p);
}

static void
xml(const char *text)
{
	static const char *keys[KEYS_XML_MOST];
	static struct store_part parts[UPLOAD_PARTS];
	struct ctx ctx;
	size_t count;
	bool quiet;

	ctx_start(&ctx, NULL, NULL);
	keys_xml_read(&ctx, text, keys, &count, &quiet);
	ctx_clear_error(&ctx);
	upload_xml_read(&ctx, text, parts, &count);
	ctx_end(&ctx);
}

static const char *
one_header(const void *from, const char *name)
{
	return str_eq(name, "authorization") ? from : "x";
}

static void
signature(const char *authorization_line, const char *target, const char *text)
{
	const struct s3_key key = {"id", "secret", "us-east-1", NULL};
	const struct s3_request q = {
		"GET", target, text, one_header, NULL, authorization_line};
	struct s3_payload payload;
	struct ctx ctx;

	ctx_start(&ctx, NULL, NULL);
	ctx.now.us = INT64_C(1369353600) * US_PER_SECOND;
	s3_check(&ctx, &q, &key, &payload);
	ctx_end(&ctx);
}

static void
signed_query(const char *text)
{
	signature(NULL, "/storage/a", text);
}

static void
signed_header(const char *text)
{
	signature(text, "/storage/a", "");
}

static void
signed_path(const char *text)
{
	signature("AWS4-HMAC-SHA256 Credential=id/20130524/us-east-1/s3/aws4_request, "
		  "SignedHeaders=host, Signature=00",
		text, "");
}

/* Of as many fields as a form may have; what holds goes on to the next condition. */
static void
policy(const char *text)
{
	struct pair fields[64];
	struct policy out;
	struct ctx ctx;

	ctx_start(&ctx, NULL, NULL);
	for (size_t i = 0; i < 64; i++)
		fields[i] = (struct pair){
			i == 63 ? "key" : arena_fmt(&ctx.arena, "a%zu", i), "b"};
	policy_check(&ctx, text, fields, 64, &out);
	ctx_end(&ctx);
}

static void
written(const char *text)
{
	struct buf b = {0};
	struct ctx ctx;

	ctx_start(&ctx, NULL, NULL);
	b.arena = &ctx.arena;
	buf_json(&b, text);
	buf_xml(&b, text);
	percent_encode(&ctx.arena, text, false);
	percent_decode(&ctx.arena, text, strlen(text), true);
	str_trim(&ctx.arena, text);
	ctx_end(&ctx);
}

/* -- the table: a reader and the worst that it may get */

#define PRESIGNED                                                                      \
	"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=id%2F20130524%2Fus-east-1"  \
	"%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=60&"           \
	"X-Amz-Signature=00&X-Amz-SignedHeaders=host"
#define POLICY                                                                         \
	"{\"expiration\":\"2999-01-01T00:00:00Z\",\"conditions\":[{\"bucket\":\"\"}"
#define BOUNDARY "--0123456789012345678901234567890x"

static const struct {
	const char *name;
	void (*read)(const char *text);
	const char *head, *unit, *tail;
} cases[] = {
	{"members nobody knows", json_of_the_programme, "{\"#\":0", ",\"#\":0", "}"},
	{"members nobody knows", json_of_the_storage, "{\"#\":0", ",\"#\":0", "}"},
	{"a member again and again", json_of_the_programme, "{\"a\":0", ",\"a\":0",
		"}"},
	{"members of one beginning", json_of_the_programme, "{\"a\":0",
		",\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa#\":0", "}"},
	{"empty objects", json_of_the_programme, "{\"a\":[{}", ",{}", "]}"},
	{"a long list", json_of_the_programme, "{\"list\":[\"\"", ",\"\"", "]}"},
	{"a list of numbers", json_of_the_programme, "{\"list\":[1", ",1", "]}"},
	{"a long text", json_of_the_programme, "{\"name\":\"", "\\u0041\\n", "\"}"},
	{"surrogates", json_of_the_programme, "{\"name\":\"", "\\ud83d\\ude00", "\"}"},
	{"half surrogates", json_of_the_programme, "{\"name\":\"", "\\ud83d", "\"}"},
	{"combining marks", json_of_the_programme, "{\"name\":\"", "\u0301\u0323",
		"\"}"},
	{"letters with marks", json_of_the_programme, "{\"name\":\"", "e\u0301\u0323",
		"\"}"},
	{"a long number", json_of_the_programme, "{\"name\":1", "1", "}"},
	{"a long fraction", json_of_the_programme, "{\"name\":1.", "1", "}"},
	{"blanks", json_of_the_programme, "{", " ", "}"},
	{"depth", json_of_the_programme, "", "{\"a\":", ""},
	{"backslashes", json_of_the_programme, "{\"name\":\"", "\\\\", "\"}"},
	{"apostrophes", json_of_the_programme, "{\"name\":\"", "'", "\"}"},
	{"keys that become one", forgiven_json, "{", "\" a\":\" \",", "\"b\":1}"},
	{"keys", forgiven_json, "{", "\"a#\":\" b\",", "\"b\":1}"},
	{"empty values", forgiven_json, "{\"list\":[1", ",null,[],\"\"", "]}"},
	{"blanks in a text", forgiven_json, "{\"name\":\"a", " ", "\"}"},
	{"letters with marks", forgiven_json, "{\"name\":\"", "e\u0301\u0323", "\"}"},
	{"depth", forgiven_json, "", "{\"a\":", ""},
	{"pairs", forgiven_json, "", "a#=b&", ""},
	{"one pair again", forgiven_json, "", "list=b&", ""},
	{"percent signs", forgiven_json, "name=", "%41%", ""},
	{"parts", forgiven_form, "",
		BOUNDARY "\r\nContent-Disposition: form-data; name=a\r\n\r\n\r\n", ""},
	{"pairs", query, "", "a#=b&", ""},
	{"one pair again", query, "", "list=b&", ""},
	{"ampersands", query, "", "&", ""},
	{"percent signs", query, "name=", "%41%", ""},
	{"equal signs", query, "", "=", ""},
	{"segments", path, "/api/shifts", "/a", ""},
	{"segments", path, "/storage/api/v1/files", "/a", "/"},
	{"slashes", path, "/users/api/v1", "/", ""},
	{"one segment", path, "/movies/api/v1/", "a", ""},
	{"a photo's name", path, "/api/photos/", "a", ""},
	{"cookies", cookie, "HTTP_COOKIE=", "a=b; ", ""},
	{"semicolons", cookie, "HTTP_COOKIE=", ";", ""},
	{"names that nearly fit", cookie, "HTTP_COOKIE=", "refresh_token;", ""},
	{"a token", cookie, "HTTP_COOKIE=refresh_token=", "a", ""},
	{"blanks", authorization, "HTTP_AUTHORIZATION=Bearer", " ", ""},
	{"dots", authorization, "HTTP_AUTHORIZATION=Bearer ", ".", ""},
	{"a token", authorization, "HTTP_AUTHORIZATION=Bearer ", "eyJ9", ""},
	{"an origin", origin, "HTTP_ORIGIN=", "http://a ", ""},
	{"near boundaries", form_body, BOUNDARY "\r\n",
		"\r\n--012345678901234567890123", ""},
	{"nearer ones", form_body,
		BOUNDARY "\r\nContent-Disposition: form-data; name=a\r\n\r\n",
		"\r\n--0123456789012345678901234567890", ""},
	{"lines of a head", form_body, BOUNDARY "\r\n", "a: b\r\n", ""},
	{"parts", form_body, "",
		BOUNDARY "\r\nContent-Disposition: form-data; name=a\r\n\r\n\r\n", ""},
	{"parameters", form_type, "multipart/form-data", "; a=\"b\"", ""},
	{"quotes", form_type, "multipart/form-data; a=", "\"", ""},
	{"photo sizes", update, "{\"update_id\":1,\"message\":{\"photo\":[{}",
		",{\"width\":1,\"height\":1,\"file_id\":\"a\"}", "]}}"},
	{"members", update, "{\"update_id\":1,\"message\":{\"text\":\"a\"",
		",\"a#\":{}", "}}"},
	{"a form", update, "{\"name\":\"", "Ж", "\"}"},
	{"a phone number", update, "{\"phone_number\":\"", " -(", "\"}"},
	{"records", notification, "{\"Records\":[{}", ",{}", "]}"},
	{"a key", notification, "{\"EventName\":\"s3:ObjectCreated:Put\",\"Key\":\"",
		"a%2F/", "\"}"},
	{"tags", tags, "", "\"abd\",", ""},
	{"commas", tags, "", ", ", ""},
	{"weak tags", tags, "", "W/", ""},
	{"digits", place, "", "1", ""},
	{"keys", xml, "<Delete>", "<Object><Key>a</Key></Object>", "</Delete>"},
	{"parts", xml, "<CompleteMultipartUpload>",
		"<Part><PartNumber>#</PartNumber><ETag>a</ETag></Part>",
		"</CompleteMultipartUpload>"},
	{"open elements", xml, "<Delete>", "<a>", ""},
	{"references", xml, "<Delete><Object><Key>", "&amp;",
		"</Key></Object></Delete>"},
	{"angle brackets", xml, "<Delete>", "<", ""},
	{"comments", xml, "<Delete>", "<!---->", "</Delete>"},
	{"pairs", signed_query, PRESIGNED, "&a#=b", ""},
	{"ampersands", signed_query, PRESIGNED, "&", ""},
	{"signed headers", signed_query, PRESIGNED, "%3Ba", ""},
	{"parameters", signed_header, "AWS4-HMAC-SHA256 ", "a=b, ", ""},
	{"signed headers", signed_header,
		"AWS4-HMAC-SHA256 Credential=id/20130524/us-east-1/s3/aws4_request, "
		"Signature=00, SignedHeaders=host",
		";a", ""},
	{"a key", signed_path, "/storage/", "%20/", ""},
	{"conditions", policy, POLICY, ",[\"starts-with\",\"$key\",\"\"]", "]}"},
	{"conditions in one", policy, POLICY ",{\"key\":\"b\"", ",\"key\":\"b\"",
		"}]}"},
	{"ranges", policy, POLICY, ",[\"content-length-range\",1,9]", "]}"},
	{"a long operand", policy, POLICY ",[\"starts-with\",\"$key\",\"", "b",
		"\"]]}"},
	{"quotes", written, "", "\"", ""},
	{"percent signs", written, "", "%", ""},
	{"blanks", written, "", " ", ""},
};

static double
work(void (*read)(const char *), const char *text)
{
	struct timespec a, b;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
	read(text);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
	return (double)(b.tv_sec - a.tv_sec) + (double)(b.tv_nsec - a.tv_nsec) / 1e9;
}

/* The least work of `rounds` more calls. A call that is over at once is made often. */
static double
least(void (*read)(const char *), const char *text, double before)
{
	double best = before, t = work(read, text);

	for (int i = 0; t < 1e-3 && i < 20; i++) {
		if (t < best)
			best = t;
		t = work(read, text);
	}
	return t < best ? t : best;
}

static void
check(size_t i)
{
	const char *head = cases[i].head, *unit = cases[i].unit, *tail = cases[i].tail;
	const char *small = repeated(head, unit, tail, SIZE),
		   *large = repeated(head, unit, tail, SIZE * STEP);
	double little = 1e9, much = 1e9;

	for (int round = 0; round < ROUNDS_MOST; round++) {
		little = least(cases[i].read, small, little);
		much = least(cases[i].read, large, much);
		if (round < ROUNDS_LEAST)
			continue;
		if (much < little * BOUND || much < FLOOR)
			return;
		if (much > little * BOUND * HOPELESS)
			break;
	}
	print_error("%s (%s): %.1f us, and %.1f us for %d times the size\n",
		cases[i].name, unit, little * 1e6, much * 1e6, STEP);
	assert_true(much < little * BOUND);
}

static void
each_reader_works_in_proportion_to_what_it_reads(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		check(i);
}

static void
only_so_many_field_errors_are_told_and_all_are_counted(void **state)
{
	const char *text = repeated("{\"name\":1", ",\"a#\":0", "}", 20000);
	struct texts_in in = {0};
	struct json_object *json;
	size_t listed = 0;

	(void)state;
	assert_int_equal(json_read(&c, text, strlen(text), &json), OK);
	assert_int_equal(fields_from_json(&c, json, texts_fields, true, &in), E_INPUT);
	for (const struct field_error *f = c.field_errors; f != NULL; f = f->next)
		listed++;
	assert_int_equal(listed, FIELD_ERRORS_MOST);
	assert_int_equal(c.field_error_count, json_object_object_length(json));
	assert_int_equal(
		field_errors_left_out(&c), c.field_error_count - FIELD_ERRORS_MOST);
	assert_string_equal(c.field_errors->field, "name");
	ctx_clear_error(&c);
	assert_int_equal(field_errors_left_out(&c), 0);
	assert_null(c.field_errors);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_reader_works_in_proportion_to_what_it_reads),
		TEST(only_so_many_field_errors_are_told_and_all_are_counted),
	};

	/* The kernel's work for memory that comes and goes is not what is measured. */
	mallopt(M_TRIM_THRESHOLD, INT32_MAX);
	mallopt(M_MMAP_THRESHOLD, INT32_MAX);
	conf_load(NULL, NULL);
	conf.token_secret = "0123456789abcdef0123456789abcdef";
	conf.fcgi_max_body = BODY_LIMIT;
	return cmocka_run_group_tests_name("linear", tests, NULL, NULL);
}
