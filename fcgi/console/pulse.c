/* What has changed since a page last asked. */
#include <string.h>

#include "base/str.h"
#include "cache/near.h"
#include "console/console.h"
#include "db/db.h"
#include "programme/task_date.h"

#include "console/pulse.sql.h"

static const struct topic {
	const char *name;
	enum console_who who;
	const struct db_stmt *statement;
} topics[] = {
#define TOPIC(name, who, statement) {name, who, &statement},
#include "console/topics.def"
#undef TOPIC
};

struct pulse_query {
	const char *topics;
};

INPUT(console_pulse_in, struct pulse_query,
	FIELD(struct pulse_query, topics, .must = true, .min = 1, .max = 200));

/* All consoles of a host count once in token.near_time, together. */
static enum err
count(struct ctx *c, const struct topic *t, const char **out)
{
	const char *key = arena_fmt(&c->arena, "console.pulse:%s", t->name);
	unsigned char near[NEAR_BYTES];
	struct near_ticket ticket;
	size_t size;

	if (near_get(key, near, &size, &ticket)) {
		*out = arena_strn(&c->arena, (const char *)near, size);
		return OK;
	}
	TRY(db_json(c, t->statement, out,
		t->statement->params == 0 ? ARGS(c)
					  : ARGS(c, programme_task_date(c->now))));
	near_keep(&ticket, *out, strlen(*out));
	return OK;
}

/*
 * GET /pulse?topics=a,b: 200 {"a": {...}, "b": {...}}, 304 when nothing of it has
 * changed. A topic that is not the caller's to see, or that nobody knows, is left out.
 */
enum err
console_get_pulse(struct req *r)
{
	const struct pulse_query *in = r->in;
	struct ctx *c = &r->ctx;
	struct buf out = {.arena = &c->arena};
	char *asked = arena_str(&c->arena, in->topics);
	const char *json;

	for (char *s = asked; *s != '\0'; s++)
		*s = *s == ',' ? ' ' : *s;
	for (size_t i = 0; i < sizeof(topics) / sizeof(*topics); i++) {
		if (!str_in(topics[i].name, asked) ||
			!console_may(r->own, topics[i].who))
			continue;
		TRY(count(c, &topics[i], &json));
		buf_fmt(&out, "%s\"%s\":%s", out.used == 0 ? "{" : ",", topics[i].name,
			json);
	}
	buf_add(&out, out.used == 0 ? "{}" : "}");
	return console_reply(r, buf_text(&out));
}
