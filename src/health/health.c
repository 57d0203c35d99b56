#include "health/health.h"

#include "db/db.h"
#include "db/elect.h"
#include "db/schema_change.h"

#include "health/health.sql.h"

/* An answer is what is wrong, null is well. */
static const struct {
	const char *name;
	const struct db_stmt *statement;
	const char *well, *advice;
} questions[] = {
	{"schema", &HEALTH_SCHEMA, "the schema is this program's",
		"run: samovarctl migrate up"},
	{"queue", &HEALTH_QUEUE, "the job queue moves",
		"see: samovarctl jobs list --state parked; is samovar-worker running?"},
	{"timers", &HEALTH_TIMERS, "the scheduler is alive",
		"is samovar-scheduler running?"},
	{"outbox", &HEALTH_OUTBOX, "messages to Telegram go out",
		"check bot.token and bot.api_url, and the log of samovar-worker"},
	{"servers", &HEALTH_SERVERS, "S3 servers can be used",
		"see: samovarctl storage servers; the first server: samovarctl setup"},
	{"files", &HEALTH_FILES, "no file has lost its last copy",
		"see: samovarctl storage files --lost; bring the disk that had them "
		"back, "
		"or its files from a backup"},
	{"unreachable", &HEALTH_UNREACHABLE, "every file can be downloaded",
		"see: samovarctl storage servers; bring them back or switch them on"},
	{"staff", &HEALTH_STAFF, "there is an administrator",
		"run: samovarctl setup, or samovarctl account add <email> --role "
		"administrator"},
};

static enum err
ask(struct ctx *c, const struct db_stmt *s, const char **out)
{
	if (s == &HEALTH_SCHEMA)
		return db_json(c, s, out, ARGS(c, SCHEMA_CHANGE));
	if (s == &HEALTH_TIMERS)
		return db_json(c, s, out, ARGS(c, elect_key(ELECT_SCHEDULER)));
	return db_json(c, s, out, ARGS(c));
}

void
health_ask(struct ctx *c, struct health_finding **out, size_t *count)
{
	struct health_finding *found;

	*count = sizeof(questions) / sizeof(*questions);
	found = arena_new(&c->arena, *count * sizeof(*found));
	for (size_t i = 0; i < *count; i++) {
		found[i] = (struct health_finding){.name = questions[i].name,
			.well = questions[i].well,
			.advice = questions[i].advice};
		if (ask(c, questions[i].statement, &found[i].wrong) == OK)
			continue;
		found[i].wrong =
			c->why == NULL ? "the database does not answer" : c->why;
		found[i].advice = "is PostgreSQL running?";
		ctx_clear_error(c);
	}
	*out = found;
}
