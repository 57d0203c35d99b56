#include "edge.h"

#include <hiredis/hiredis.h>
#include <libpq-fe.h>
#include <sodium.h>
#include <stdio.h>
#include <unistd.h>

#include "base/ctx.h"
#include "base/hash.h"
#include "base/language.h"
#include "base/log.h"
#include "cache/cache.h"
#include "db/db.h"
#include "job/job.h"

#define PASSWORD "Right12345"

static struct db *db;
static struct cache *cache;
static PGconn *plain; /* for what tests ask themselves */
static struct arena kept;

/* Beside what tests/unit/with-database says. Hashes cost little; the limits of one
 * address are for others. */
static const struct {
	const char *name, *value;
} settings[] = {{"SAMOVAR_TOKEN_SECRET", "unit-0123456789abcdef0123456789abcdef"},
	{"SAMOVAR_SITE_TEST_MODE", "true"}, {"SAMOVAR_LOG_LEVEL", "error"},
	{"SAMOVAR_ACCOUNT_ARGON2_MEMORY", "1m"}, {"SAMOVAR_ACCOUNT_ARGON2_PASSES", "1"},
	{"SAMOVAR_ACCOUNT_SIGN_IN_PER_ADDRESS", "1000000"},
	{"SAMOVAR_ACCOUNT_REGISTRATIONS_PER_ADDRESS", "1000000"},
	{"SAMOVAR_PEOPLE_MAILS_PER_HOUR", "1000000"}};

void
edge_open(char **argv)
{
	if (getenv("SAMOVAR_UNIT") == NULL) {
		execl(SRCDIR "/tests/unit/with-database", "with-database",
			BUILDDIR "/tests/unit", argv[0], argv[1], NULL);
		perror(SRCDIR "/tests/unit/with-database");
		exit(1);
	}
	for (size_t i = 0; i < sizeof(settings) / sizeof(*settings); i++)
		setenv(settings[i].name, settings[i].value, 1);
	log_open("edge", "error");
	if (sodium_init() < 0 || !conf_load(NULL, "/dev/null"))
		exit(1);
	conf.site_locale_directory = BUILDDIR "/po";
	language_open();
	hash_prepare();
	if (argv[1] != NULL)
		cmocka_set_test_filter(argv[1]);
	db = db_new("edge");
	cache = cache_new();
	plain = PQconnectdb(arena_fmt(&kept, "host='%s' user='%s' dbname='%s'",
		conf.db_host, conf.db_user, conf.db_name));
	if (PQstatus(plain) != CONNECTION_OK || db_open(db) != OK) {
		fputs(PQerrorMessage(plain), stderr);
		exit(1);
	}
}

int
edge_begin(void **state)
{
	(void)state;
	return 0;
}

int
edge_end(void **state)
{
	(void)state;
	arena_end(&kept);
	kept = (struct arena){0};
	return 0;
}

const char *
text(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	const char *out = arena_vfmt(&kept, format, args);
	va_end(args);
	return out;
}

const char *
repeated(const char *unit, int n)
{
	const char *out = "";

	for (int i = 0; i < n; i++)
		out = text("%s%s", out, unit);
	return out;
}

const char *
unique(const char *word)
{
	static int n;

	return text("%s-%d", word, ++n);
}

/* -- a request */

struct body {
	const char *bytes;
	size_t left;
};

static int
take(void *from, char *out, int n)
{
	struct body *b = from;
	size_t count = (size_t)n < b->left ? (size_t)n : b->left;

	memcpy(out, b->bytes, count);
	b->bytes += count;
	b->left -= count;
	return (int)count;
}

static void
collect(void *to, const char *bytes, size_t n)
{
	buf_addn(to, bytes, n);
}

/* "X-Client-Token: x" as FastCGI has it. */
static const char *
header_param(const char *header)
{
	size_t n = strcspn(header, ":");
	char *out = arena_fmt(
		&kept, "HTTP_%.*s=%s", (int)n, header, str_trim(&kept, header + n + 1));

	for (char *s = out; *s != '='; s++)
		*s = *s == '-' ? '_' : (char)(*s >= 'a' && *s <= 'z' ? *s - 32 : *s);
	return out;
}

/* Sets or, without a value, removes a parameter. */
static void
set_param(const char **params, const char *param)
{
	size_t n = strcspn(param, "=");

	while (*params != NULL &&
		!(strncmp(*params, param, n) == 0 && (*params)[n] == '='))
		params++;
	if (*params == NULL || param[n] == '=') {
		*params = param;
		return;
	}
	for (; *params != NULL; params++)
		params[0] = params[1];
}

static char **
params_of(const struct call *what, size_t size)
{
	const size_t most = 64;
	const char **out = arena_new(&kept, most * sizeof(*out));
	size_t path = strcspn(what->path, "?");
	const char *usual[] = {text("REQUEST_METHOD=%s", what->method),
		text("REQUEST_URI=%s", what->path),
		text("DOCUMENT_URI=%s", percent_decode(&kept, what->path, path, false)),
		text("QUERY_STRING=%s",
			what->path[path] == '?' ? what->path + path + 1 : ""),
		text("CONTENT_TYPE=%s",
			what->type == NULL ? "application/json" : what->type),
		what->body == NULL ? "CONTENT_LENGTH="
				   : text("CONTENT_LENGTH=%zu", size),
		"REMOTE_ADDR=192.0.2.1", "REQUEST_ID=0123456789abcdef",
		"REQUEST_SCHEME=http", "SERVER_NAME=localhost", "HTTP_HOST=localhost"};

	for (size_t i = 0; i < sizeof(usual) / sizeof(*usual); i++)
		set_param(out, usual[i]);
	for (size_t i = 0; i < 8 && what->headers[i] != NULL; i++)
		set_param(out, header_param(what->headers[i]));
	for (size_t i = 0; i < 8 && what->params[i] != NULL; i++)
		set_param(out, what->params[i]);
	return (char **)out;
}

static void
json_drop(void *json)
{
	json_object_put(json);
}

static const struct answer *
answer_of(const char *raw, size_t n)
{
	struct answer *a = arena_new(&kept, sizeof(*a));
	const char *end = strstr(raw, "\r\n\r\n");

	assert_non_null(end);
	assert_int_equal(sscanf(raw, "Status: %d", &a->status), 1);
	a->head = arena_strn(&kept, raw, (size_t)(end + 2 - raw));
	a->body = end + 4;
	a->size = n - (size_t)(a->body - raw);
	a->json = json_tokener_parse(a->body);
	arena_defer(&kept, json_drop, a->json);
	return a;
}

const struct answer *
edge_call(const struct call *what)
{
	size_t size = what->body == NULL ? 0
		      : what->size > 0   ? what->size
					 : strlen(what->body);
	struct body body = {what->body, size};
	struct buf out = {.arena = &kept};
	struct req r = {.send = collect, .send_to = &out};
	uint64_t hashed = hash_count();

	ctx_start(&r.ctx, db, cache);
	enum err e = req_read(&r, params_of(what, size), take, &body);
	router_find(&r);
	router_serve(&r, e);
	assert_false(r.broken);
	if (hash_count() > hashed && (r.route->flags & HASHES) == 0)
		fail_msg("%s hashes a password: mark its row HASHES", r.route->name);
	reply_send(&r);
	ctx_end(&r.ctx);
	return answer_of(buf_text(&out), out.used);
}

const char *
answer_header(const struct answer *a, const char *name)
{
	const char *line = strstr(a->head, text("\r\n%s: ", name));

	if (line == NULL)
		return NULL;
	line += strlen(name) + 4;
	return arena_strn(&kept, line, strcspn(line, "\r"));
}

const char *
answer_text(const struct answer *a, const char *member)
{
	return json_text(a->json, member);
}

/* -- the database */

static const char *
first(const char *sql)
{
	PGresult *result = PQexec(plain, sql);
	ExecStatusType status = PQresultStatus(result);

	if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
		fail_msg("%s: %s", sql, PQerrorMessage(plain));
	const char *out = PQntuples(result) == 0
				  ? NULL
				  : arena_str(&kept, PQgetvalue(result, 0, 0));
	PQclear(result);
	return out;
}

const char *
value(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	const char *sql = arena_vfmt(&kept, format, args);
	va_end(args);
	return first(sql);
}

int64_t
number(const char *format, ...)
{
	int64_t out = 0;
	va_list args;

	va_start(args, format);
	const char *sql = arena_vfmt(&kept, format, args), *found = first(sql);
	va_end(args);
	if (found != NULL)
		assert_true(int_read(found, &out));
	return out;
}

void
empty_cache(void)
{
	redisContext *redis = redisConnectUnix(conf.redis_socket);

	freeReplyObject(redisCommand(redis, "flushall"));
	redisFree(redis);
}

void
edge_ctx(struct ctx *c)
{
	ctx_start(c, db, cache);
}

static bool
run_job(const char *kind, enum err (*handler)(struct ctx *, const struct job *))
{
	const char *id =
		value("delete from job.job where id = (select min(id) from "
		      "job.job where kind = '%s') returning id || ' ' || subject",
			kind);
	struct ctx c;

	if (id == NULL)
		return false;
	const char *blank = strchr(id, ' ');
	edge_ctx(&c);
	enum err e = db_begin(&c);
	if (e == OK)
		e = db_end(&c, handler(&c, &(struct job){.kind = kind,
						   .subject = blank + 1,
						   .tries = 1}));
	if (e != OK)
		fail_msg("%s %s: %s %s", kind, blank + 1, err_name(e),
			c.why == NULL ? "" : c.why);
	ctx_end(&c);
	return true;
}

int
run_jobs(const char *kind, enum err (*handler)(struct ctx *, const struct job *))
{
	int n = 0;

	while (run_job(kind, handler))
		n++;
	return n;
}

/* Of an account that stands in the table as an import would put it there. */
static const char *
account(const char *role, bool superuser)
{
	struct ctx c;
	const char *name = unique("person");

	ctx_start(&c, NULL, NULL);
	value("insert into account.account "
	      "(username, email, name, surname, password, role, is_superuser, "
	      "email_confirmed_at) "
	      "values ('%s', '%s@example.com', 'Иван', 'Петров', '%s', %s, %s, now())",
		name, name, hash_make(&c, PASSWORD),
		role == NULL ? "null" : text("'%s'", role),
		superuser ? "true" : "false");
	ctx_end(&c);
	return name;
}

static const char *
signed_in(const char *path, const char *body)
{
	const struct answer *a = call("POST", path, .body = body);

	if (a->status != 200)
		fail_msg("%s: %d %s", path, a->status, a->body);
	return text("Authorization: Bearer %s", answer_text(a, "access_token"));
}

static const char *
given(const char *permissions, const char *role)
{
	bool superuser = str_eq(permissions, SUPERUSER);
	const char *name = account(role, superuser);

	if (!superuser)
		value("insert into account.permission (account_id, name) "
		      "select id, unnest(string_to_array('%s', ' ')) from "
		      "account.account "
		      "where username = '%s'",
			permissions, name);
	return name;
}

const char *
given_person(const char *permissions)
{
	return signed_in("/users/api/v1/auth/login/",
		text("{\"username\":\"%s\",\"password\":\"" PASSWORD "\"}",
			given(permissions, NULL)));
}

const char *
given_member(const char *permissions)
{
	return signed_in("/people/api/v1/auth/login",
		text("{\"username\":\"%s\",\"password\":\"" PASSWORD "\"}",
			given(permissions, NULL)));
}

const char *
given_staff(const char *role)
{
	return signed_in("/api/administrators/login",
		text("{\"email\":\"%s@example.com\",\"password\":\"" PASSWORD "\"}",
			account(role, false)));
}

const char *
given_console(const char *permissions, const char *role)
{
	const struct answer *a = call("POST", "/console/api/v1/auth/login",
		.body = text("{\"name\":\"%s\",\"password\":\"" PASSWORD "\"}",
			given(permissions, role)),
		.headers = {SAME_ORIGIN});
	const char *cookie = answer_header(a, "Set-Cookie");

	if (a->status != 204)
		fail_msg("console: %d %s", a->status, a->body);
	return text("Cookie: %.*s", (int)strcspn(cookie, ";"), cookie);
}
