#include "ops/ops.h"

#include <string.h>

#include "base/conf.h"
#include "base/json_out.h"
#include "base/secret.h"
#include "base/str.h"
#include "cache/cache.h"
#include "cards/sign.h"
#include "db/db.h"
#include "db/schema_change.h"
#include "reply.h"
#include "metrics.h"

#include "ops/ops.sql.h"

/* GET /healthz: 200 while this process answers at all. */
enum err
ops_get_healthz(struct req *r)
{
	return reply_json(r, 200, "{\"status\":\"up\"}");
}

/* GET /.well-known/jwks.json: 200 with the public keys of our tokens (RFC 7517); none
 * where they are signed by a shared secret. */
enum err
ops_get_jwks(struct req *r)
{
	reply_header(r, "Cache-Control", "public, max-age=300");
	return reply_json(
		r, 200, arena_str(&r->ctx.arena, secret_jwks(conf.token_algorithm)));
}

/* GET /.well-known/samovar-cards.pub: 200 the Ed25519 key that verifications of cards
 * are signed with, as base64 in one line. */
enum err
ops_get_cards_key(struct req *r)
{
	const char *line =
		arena_fmt(&r->ctx.arena, "%s\n", sign_public_key(&r->ctx.arena));

	reply_header(r, "Cache-Control", "public, max-age=300");
	return reply_text(r, 200, "text/plain", line, strlen(line));
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
ops_get_readyz(struct req *r)
{
	struct ctx *c = &r->ctx;
	struct readiness is = {0};
	bool redis = cache_up(c->cache),
	     database = db_one(c, &READY, readiness_fields, &is,
				ARGS(c, SCHEMA_CHANGE)) == OK,
	     ready = database && is.schema && is.room;

	return reply_json(r, ready ? 200 : 503,
		JSON(c, "status", ready ? "ready" : "not ready", "database",
			database ? "up" : "down", "schema",
			!database   ? "unknown"
			: is.schema ? "fits"
				    : "other",
			"connections",
			!database ? "unknown"
			: is.room ? "free"
				  : "exhausted",
			"redis", redis ? "up" : "down"));
}

/* A metric of each kind is there while no job waits, too. */
static const char job_kinds[] = ""
#define JOB(name, ...) name " "
#include "job/jobs.def"
#undef JOB
	;

struct sample {
	const char *name, *labels;
	int64_t value;
};

static FIELDS(sample_fields, FIELD(struct sample, name), FIELD(struct sample, labels),
	FIELD(struct sample, value));

#define HISTOGRAM "samovar_picture_ready_seconds" /* the only one from the database */

/* What queue_metrics in ops.sql counts. */
static const struct {
	const char *name, *help;
} queue_metrics[] = {
	{"samovar_server_up",
		"Can this S3 server be used, as far as the last probe knows?"},
	{"samovar_healed_objects", "Objects that reconciliation has put right, by what "
				   "was wrong; of the runs that are kept."},
	{"samovar_damaged_objects",
		"Objects of this embedded store whose bytes are not those that came."},
	{"samovar_lost_files", "Files of which no whole copy is left."},
	{"samovar_parked_messages", "Events of S3 servers that could not be used."},
	{"samovar_jobs",
		"Background jobs; ready: due, running or later, parked: given up."},
	{"samovar_job_delay_seconds",
		"How long the oldest job of this kind has been due."},
	{"samovar_outbox", "Messages of the bot that have not been sent, or of which "
			   "nobody knows."},
	{"samovar_pushes", "Pushes to phones that have not been sent."},
	{"samovar_phone_copies", "Copies of phones; kept: in step, stale: built anew "
				 "when they are asked for, failing: tried again."},
	{"samovar_phone_copies_behind_seconds",
		"Age of the oldest change that a copy has not got yet."},
	{"samovar_reports_waiting",
		"Profiles, cards and messages that people have reported."},
	{"samovar_registrations_total", "People who have registered."},
	{"samovar_confirmations_total", "Addresses that people have confirmed."},
	{"samovar_mails_total", "Mails; failed: tried again, refused: for good."},
	{"samovar_pictures", "Pictures that people have uploaded of themselves; those "
			     "that are over for 30 days."},
	{HISTOGRAM, "Time from the upload of such a picture until it is shown."},
};

static const char *
type_of(const char *name)
{
	static const char total[] = "_total";
	size_t n = strlen(name), end = sizeof(total) - 1;

	if (str_eq(name, HISTOGRAM))
		return "histogram";
	return n > end && str_eq(name + n - end, total) ? "counter" : "gauge";
}

static void
print_queues(struct buf *out, const struct sample *samples, size_t count)
{
	for (size_t m = 0; m < sizeof(queue_metrics) / sizeof(*queue_metrics); m++) {
		const char *name = queue_metrics[m].name;

		bool histogram = str_eq(name, HISTOGRAM);

		metrics_head(out, name, type_of(name), queue_metrics[m].help);
		for (size_t i = 0; i < count; i++)
			if (histogram ? str_starts(samples[i].name, name)
				      : str_eq(samples[i].name, name))
				buf_fmt(out, "%s%s %lld\n", samples[i].name,
					samples[i].labels, (long long)samples[i].value);
	}
}

/* GET /metrics: what all workers have counted, and the length of the queues. */
enum err
ops_get_metrics(struct req *r)
{
	struct ctx *c = &r->ctx;
	struct buf out = {.arena = &c->arena};
	struct sample *samples;
	size_t count = 0;

	metrics_print(&out);
	metrics_head(&out, "samovar_redis_up", "gauge", "Does Redis answer?");
	buf_fmt(&out, "samovar_redis_up %d\n", cache_up(c->cache));
	bool up = db_many(c, &QUEUE_METRICS, sample_fields, &samples, &count,
			  ARGS(c, job_kinds)) == OK;
	metrics_head(&out, "samovar_database_up", "gauge",
		"Does the database answer? If not, what is counted there is missing.");
	buf_fmt(&out, "samovar_database_up %d\n", up);
	if (up)
		print_queues(&out, samples, count);
	return reply_text(r, 200, "text/plain; version=0.0.4; charset=utf-8",
		buf_text(&out), out.used);
}
