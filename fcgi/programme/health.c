/* Health for outside monitoring: docs/openapi/programme.yaml. */
#include "base/buf.h"
#include "base/conf.h"
#include "base/str.h"
#include "db/db.h"
#include "programme/programme.h"
#include "reply.h"

#include "programme/health.sql.h"

#define PATIENCE 2 /* seconds for a statement, and one for its answer */

struct health {
	bool bot;
	const char *bot_error;
};

static FIELDS(
	health_fields, FIELD(struct health, bot), FIELD(struct health, bot_error));

static void
component(struct buf *b, const char *name, bool good, const char *why)
{
	buf_fmt(b, "{\"name\":\"%s\",\"status\":%s,\"errors\":[", name,
		good ? "true" : "false");
	if (!good)
		buf_json(b, why == NULL ? "unknown" : why);
	buf_add(b, "]}");
}

/*
 * GET /healthcheck: 200 when all is well, else 400 with the same under "detail". The
 * bot's part is what the worker that listens to it last learnt from Telegram: nobody
 * waits for it here.
 */
enum err
programme_get_healthcheck(struct req *r)
{
	struct ctx *c = &r->ctx;
	struct buf b = {.arena = &c->arena};
	struct health h = {0};

	/* Monitoring gives up after five seconds: the database has three. */
	db_set_timeout(c->db, PATIENCE);
	bool db = db_one(c, &HEALTH, health_fields, &h, ARGS(c)) == OK;
	db_set_timeout(c->db, conf.db_timeout);
	ctx_clear_error(c);
	bool good = db && h.bot;
	buf_add(&b, good ? "" : "{\"detail\":");
	buf_fmt(&b, "{\"timestamp\":\"%s\",\"components\":[",
		utc_iso(&c->arena, c->now));
	component(&b, "bot", db && h.bot,
		db ? h.bot_error : "not known without the database");
	buf_add(&b, ",");
	component(&b, "api", true, NULL);
	buf_add(&b, ",");
	component(&b, "db", db, "no connection");
	buf_add(&b, good ? "]}" : "]}}");
	return reply_json(r, good ? 200 : 400, buf_text(&b));
}
