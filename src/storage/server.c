#include "storage/server.h"

#include <string.h>

#include "base/buf.h"
#include "base/conf.h"
#include "base/fence.h"
#include "base/str.h"
#include "cache/cache.h"
#include "db/db.h"
#include "job/job.h"
#include "net/authority.h"

#include "storage/server.sql.h"

#define PICK_OF 16        /* servers that a reader may be sent to */
#define READ_BYTES 65536  /* that an empty file costs, too */
#define LOAD_HALF_LIFE 60 /* seconds: a link is used soon, and for some minutes */

#define SERVER_FIELDS                                                                  \
	FIELD(struct server, id), FIELD(struct server, name),                          \
		FIELD(struct server, host), FIELD(struct server, port),                \
		FIELD(struct server, location), FIELD(struct server, zone),            \
		FIELD(struct server, latitude), FIELD(struct server, longitude),       \
		FIELD(struct server, is_on), FIELD(struct server, is_active),          \
		FIELD(struct server, created), FIELD(struct server, updated)

FIELDS(server_fields, SERVER_FIELDS);

#define ROW_FIELDS                                                                     \
	FIELD(struct server, public_url), FIELD(struct server, region),                \
		FIELD(struct server, tls), FIELD(struct server, virtual_host),         \
		FIELD(struct server, rate), FIELD(struct server, is_down),             \
		FIELD(struct server, is_leaving), FIELD(struct server, is_deleted)

static FIELDS(row_fields, SERVER_FIELDS, ROW_FIELDS);

static FIELDS(holder_fields, SERVER_FIELDS, ROW_FIELDS, FIELD(struct server, tier),
	FIELD(struct server, kilometres));

/* What the database adds to a server that was sent. */
static FIELDS(stamp_fields, FIELD(struct server, id), FIELD(struct server, created),
	FIELD(struct server, updated), FIELD(struct server, is_unseen));

bool
server_name_valid(const char *name)
{
	return name[0] != '\0' &&
	       strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
			    "0123456789_-") == strlen(name);
}

enum err
server_list(struct ctx *c, const char **json)
{
	return db_json(c, &SERVER_LIST_ALL, json, ARGS(c));
}

enum err
server_add(struct ctx *c, struct server *s)
{
	const struct args args = ARGS(c, s->name, s->host, s->port, s->location,
		s->zone, s->latitude, s->longitude, s->is_on, s->is_active, c->now);
	bool revived;

	TRY(db_maybe(c, &SERVER_REVIVE, stamp_fields, s, &revived, args));
	return revived ? OK : db_one(c, &SERVER_INSERT, stamp_fields, s, args);
}

enum err
server_change(struct ctx *c, struct server *s)
{
	int64_t leaving;

	TRY(db_int(c, &SERVER_ADDRESS_LEAVING, &leaving, ARGS(c, s->host, s->port)));
	if (leaving > 0)
		return fail(c, E_SERVER_EXISTS,
			"a deleted server at %s:%lld is being emptied", s->host,
			(long long)s->port);
	return db_one(c, &SERVER_UPDATE, stamp_fields, s,
		ARGS(c, s->id, s->name, s->host, s->port, s->location, s->zone,
			s->latitude, s->longitude, s->is_on, s->is_active, c->now));
}

enum err
server_own(struct ctx *c, const char *id, struct server *out)
{
	*out = (struct server){0};
	return db_one(c, &SERVER_BY_ID, row_fields, out, ARGS(c, id));
}

/* The servers that hold a version, the best first: `most` at most, one at least. */
static enum err
holders(struct ctx *c, const char *version_id, struct geo_point place, bool for_a_copy,
	int64_t most, struct server **out, size_t *count)
{
	*out = NULL;
	*count = 0;
	TRY(fence_check(c)); /* a link would lead to what is the original's */
	TRY(db_many(c, &SERVER_CHOOSE_HOLDER, holder_fields, out, count,
		ARGS(c, place.known, place.latitude, place.longitude, version_id,
			for_a_copy, place.in_order, most)));
	if (*count == 0)
		return fail(c, E_SERVER_NOT_FOUND, NULL);
	return (*out)[0].is_down ? fail(c, E_SERVER_DOWN, NULL) : OK;
}

enum err
server_holding(struct ctx *c, const char *version_id, struct geo_point place,
	bool for_a_copy, struct server *out)
{
	struct server *list;
	size_t count;

	*out = (struct server){0};
	TRY(holders(c, version_id, place, for_a_copy, 1, &list, &count));
	*out = list[0];
	return OK;
}

/* How many at the head of the list are as good as the first, and hardly farther. */
static size_t
equals(const struct server *list, size_t count)
{
	double most = list[0].kilometres + (double)conf.storage_pick_distance;
	size_t n = 1;

	while (n < count && list[n].tier == list[0].tier && list[n].kilometres <= most)
		n++;
	return n;
}

enum err
server_for_reader(struct ctx *c, const char *version_id, struct geo_point place,
	int64_t bytes, struct server *out)
{
	bool by_load = str_eq(conf.storage_pick, "least_loaded");
	struct buf names = {.arena = &c->arena};
	struct server *list;
	size_t count;

	*out = (struct server){0};
	TRY(holders(c, version_id, place, false, by_load ? PICK_OF : 1, &list, &count));
	count = equals(list, count);
	for (size_t i = 0; i < count; i++)
		buf_fmt(&names, "%s ", list[i].id);
	int least = count < 2 ? 0
			      : cache_least_loaded(c, "storage.load", buf_text(&names),
					bytes + READ_BYTES, LOAD_HALF_LIFE);
	*out = list[least < 0 ? 0 : least];
	return OK;
}

enum err
server_named(struct ctx *c, const char *name, struct server **out, size_t *count)
{
	return db_many(c, &SERVER_BY_NAME, row_fields, out, count, ARGS(c, name));
}

enum err
server_of_city(struct ctx *c, const char *city, const struct authority *called,
	struct server **out, size_t *count)
{
	*count = 0;
	TRY(db_do(c, &SERVER_SET_CITY, ARGS(c, called->host, called->port, city)));
	return c->rows == 0 ? OK : server_named(c, city, out, count);
}

static const char *
inner_base(struct ctx *c, const struct server *s)
{
	return arena_fmt(&c->arena, "%s://%s", s->tls ? "https" : "http",
		authority_text(&c->arena, s->host, s->port));
}

const char *
server_base(struct ctx *c, const struct server *s)
{
	return s->public_url != NULL ? s->public_url : inner_base(c, s);
}

/* The rate is a server's, so the processes of a host share it. */
struct s3_site
server_site(struct ctx *c, const struct server *s)
{
	int64_t rate = s->rate > 0 ? s->rate : conf.storage_copy_rate;
	int64_t takers = conf.worker_processes > 1 ? conf.worker_processes - 1 : 1;

	return (struct s3_site){.base = inner_base(c, s),
		.bucket = conf.s3_bucket,
		.region = s->region == NULL ? conf.s3_region : s->region,
		.virtual_host = s->virtual_host,
		.rate = rate > 0 && rate < takers ? 1 : rate / takers};
}

struct s3_site
server_public_site(struct ctx *c, const struct server *s)
{
	struct s3_site site = server_site(c, s);

	site.base = server_base(c, s);
	return site;
}

enum err
server_all_on(struct ctx *c, struct server **out, size_t *count)
{
	return db_many(c, &SERVER_LIST_ON, row_fields, out, count, ARGS(c));
}

enum err
server_note_health(struct ctx *c, const char *id, const char *why, bool *risen)
{
	int64_t was_down = 0;

	TRY(db_int(c, &SERVER_HEALTH_NOTE, &was_down, ARGS(c, id, why == NULL, why)));
	*risen = why == NULL && was_down == 1;
	return OK;
}

enum err
server_suspect(struct ctx *c, const struct server *s, const char *why, bool by_prober)
{
	return db_do(c, &SERVER_SUSPECT, ARGS(c, s->id, why, by_prober));
}

void
server_note_failure(struct ctx *c, const struct server *s)
{
	const char *why = c->why == NULL ? "" : arena_str(&c->arena, c->why);
	enum err e = c->err;

	ctx_clear_error(c);
	if (server_suspect(c, s, why, false) != OK)
		ctx_clear_error(c);
	fail(c, e, "%s", why);
}

enum err
server_answered(struct ctx *c, const struct server *s, enum err e)
{
	if (e == E_SERVER_DOWN)
		server_note_failure(c, s);
	return e;
}

bool
server_is_at(struct ctx *c, const struct server *s, const char *host)
{
	const char *urls[] = {inner_base(c, s), s->public_url};

	for (size_t i = 0; i < sizeof(urls) / sizeof(*urls); i++) {
		struct authority own, called;

		if (urls[i] != NULL && authority_of_url(&c->arena, urls[i], &own) &&
			authority_read(&c->arena, host,
				str_starts(urls[i], "https:") ? 443 : 80, &called) &&
			authority_same(&own, &called))
			return true;
	}
	return false;
}

struct id_row {
	const char *id;
};

static FIELDS(id_fields, FIELD(struct id_row, id));

enum err
server_clean_later(struct ctx *c, const char *id)
{
	struct id_row one = {id}, *list = &one;
	size_t count = 1;

	if (id == NULL)
		TRY(db_many(c, &SERVER_DELETED, id_fields, &list, &count, ARGS(c)));
	for (size_t i = 0; i < count; i++) {
		const struct job_order fill = {.kind = "server.resync",
			.subject = list[i].id,
			.key = list[i].id};

		TRY(job_add(c, &fill));
	}
	return OK;
}
