#include "ops/ops.h"

#include "base/str.h"
#include "cache/cache.h"
#include "db/db.h"
#include "reply.h"
#include "tally.h"

#include "ops/ops.sql.h"
#include "ops/schema_change.h"

static enum err
enter(struct req *r)
{
	(void)r;
	return OK;
}

static void
refuse(struct req *r, enum err e)
{
	const struct wire_case *w = face_case(&ops_face, e);
	struct buf body = {.arena = &r->ctx.arena};

	buf_add(&body, "{\"error\":");
	buf_json(&body, w->words != NULL ? w->words : err_sentence(w->err));
	buf_add(&body, "}");
	reply_json(r, w->status, buf_text(&body));
}

/* GET /healthz: 200 while this process answers at all. */
enum err
get_healthz(struct req *r)
{
	return reply_json(r, 200, "{\"status\":\"up\"}");
}

struct readiness {
	bool schema; /* fits this program */
	bool room;   /* for further connections */
};

static FIELDS(readiness_fields, FIELD(struct readiness, schema),
	FIELD(struct readiness, room));

/*
 * GET /readyz: 200 when the database answers, has this program's schema and takes
 * further connections, else 503. Redis may be away: everything works without it,
 * slower.
 */
enum err
get_readyz(struct req *r)
{
	struct ctx *c = &r->ctx;
	struct readiness is = {0};
	bool redis = cache_up(c->cache),
	     database = db_one(c, &READY, readiness_fields, &is,
				ARGS(c, SCHEMA_CHANGE)) == OK,
	     ready = database && is.schema && is.room;

	return reply_json(r, ready ? 200 : 503,
		arena_fmt(&c->arena,
			"{\"status\":\"%s\",\"database\":\"%s\",\"schema\":\"%s\","
			"\"connections\":\"%s\",\"redis\":\"%s\"}",
			ready ? "ready" : "not ready", database ? "up" : "down",
			!database   ? "unknown"
			: is.schema ? "fits"
				    : "other",
			!database ? "unknown"
			: is.room ? "free"
				  : "exhausted",
			redis ? "up" : "down"));
}

/* GET /metrics: what all workers have counted, and the length of the queues. */
enum err
get_metrics(struct req *r)
{
	struct ctx *c = &r->ctx;
	struct buf out = {.arena = &c->arena};
	const char *queues = NULL;

	tally_print(&out);
	buf_fmt(&out, "# TYPE samovar_redis_up gauge\nsamovar_redis_up %d\n",
		cache_up(c->cache));
	bool up = db_json(c, &QUEUE_METRICS, &queues, ARGS(c)) == OK;
	buf_fmt(&out, "# TYPE samovar_database_up gauge\nsamovar_database_up %d\n", up);
	buf_add(&out, queues == NULL ? "" : queues);
	return reply_text(r, 200, "text/plain; version=0.0.4; charset=utf-8",
		buf_text(&out), out.used);
}

static const char *const prefixes[] = {"", NULL};

static const struct route routes[] = {
#define ROUTE(...) ROUTE_ROW(__VA_ARGS__),
#include "ops/routes.def"
#undef ROUTE
};

static const struct wire_case cases[] = {
#define CASE(err, status, words) {err, status, words},
#include "ops/cases.def"
#undef CASE
};

const struct face ops_face = {
	.name = "ops",
	.prefixes = prefixes,
	.routes = routes,
	.route_count = sizeof(routes) / sizeof(*routes),
	.cases = cases,
	.case_count = sizeof(cases) / sizeof(*cases),
	.enter = enter,
	.refuse = refuse,
	.serves_head = true,
};
