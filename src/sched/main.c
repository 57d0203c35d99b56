/*
 * samovar-scheduler: says what is due. Several may run; one is elected by an advisory
 * lock that its database session holds, the others wait. Even if two believed to be
 * elected, the ledger would let only one of them fire a slot.
 */
#include <stdio.h>
#include <unistd.h>

#include "base/conf.h"
#include "base/log.h"
#include "base/program.h"
#include "cache/cache.h"
#include "db/db.h"
#include "db/elect.h"
#include "sched/timer.h"

#include "sched/main.sql.h"

#define TIMERS_MAX 64

struct scheduler {
	char name[300]; /* host:pid */
	struct db *db;
	struct cache *cache;
	struct elect election;
	int64_t known[TIMERS_MAX]; /* slots that are in the ledger, by timer: not tried
				      again */
};

static bool
elected(struct scheduler *s, struct ctx *c)
{
	int64_t one;

	/* Between two slots nothing else would notice that the connection has gone. */
	if (db_int(c, &SCHEDULER_PING, &one, ARGS(c)) != OK)
		ctx_clear_error(c);
	if (elect_try(&s->election, c, ELECT_SCHEDULER))
		log_info("elected");
	return elect_holds(&s->election, s->db);
}

static void
tick(struct scheduler *s)
{
	size_t count;
	const struct timer *timers = timers_all(&count);
	struct ctx c;

	ctx_start(&c, s->db, s->cache);
	bool mine = elected(s, &c);
	for (size_t i = 0; mine && i < count; i++) {
		struct utc slot = timer_slot(&timers[i], c.now);
		bool fired = false;

		if (i < TIMERS_MAX && s->known[i] == slot.us)
			continue;
		enum err e = timer_fire(&c, &timers[i], slot, s->name, &fired);
		if (e != OK)
			log_warn("timer %s: %s", timers[i].name, c.why);
		else if (fired)
			log_info("timer %s fired for %s", timers[i].name,
				utc_iso(&c.arena, slot));
		if (e == OK && i < TIMERS_MAX)
			s->known[i] = slot.us;
		ctx_clear_error(&c);
	}
	ctx_end(&c);
}

int
main(int argc, char **argv)
{
	static struct scheduler s;
	char host[256] = "";

	program_start("samovar-scheduler", argc, argv);
	gethostname(host, sizeof(host) - 1);
	snprintf(s.name, sizeof(s.name), "%s:%d", host, (int)getpid());
	s.db = db_new("samovar-scheduler");
	s.cache = cache_new();
	if (db_open(s.db) == E_BUG)
		return 1;
	program_signals();
	program_notify("READY=1");
	while (!program_stopping()) {
		tick(&s);
		if (program_reload_wanted() && !conf_reload())
			log_error("SIGHUP: settings have errors; nothing was changed");
		program_notify("WATCHDOG=1");
		program_wait((int)conf.scheduler_poll * 1000);
	}
	program_notify("STOPPING=1");
	db_close(s.db);
	return 0;
}
