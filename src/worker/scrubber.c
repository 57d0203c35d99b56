#include "worker/scrubber.h"

#include "base/conf.h"
#include "base/log.h"
#include "base/program.h"
#include "base/utc.h"
#include "cache/cache.h"
#include "db/db.h"
#include "db/elect.h"
#include "store/disk.h"
#include "store/scrub.h"

#define LOOK_SECONDS 5   /* between two looks at damaged files, and at what is due */
#define READ_SECONDS 300 /* longest statement */
#define WAIT_MS 500

struct scrubber {
	struct db *db;
	struct cache *cache;
	double free_at; /* monotonic seconds: before that no more bytes may be read */
	double look_at;
};

/* So many bytes have been read: waits until the next may be. */
static bool
pace(void *scrubber, int64_t bytes)
{
	struct scrubber *s = scrubber;
	double now = monotonic();

	program_wait(0); /* lets a SIGTERM through */
	if (conf.store_scrub_rate <= 0)
		return !program_stopping();
	if (s->free_at < now)
		s->free_at = now;
	s->free_at += (double)bytes / (double)conf.store_scrub_rate;
	while (!program_stopping() && (now = monotonic()) < s->free_at) {
		double ms = (s->free_at - now) * 1000 + 1;

		program_wait(ms < WAIT_MS ? (int)ms : WAIT_MS);
	}
	return !program_stopping();
}

/* Is this the process that reads the city? One is, of those that have its folder. */
static bool
elected(struct scrubber *s, const char *city)
{
	struct ctx c;

	ctx_start(&c, s->db, s->cache);
	bool mine = elect_named(&c, "scrubber", city);
	ctx_end(&c);
	return mine;
}

/* One object of a city; false if there is none to be read, or none can be. */
static bool
read_one(struct scrubber *s, const char *city)
{
	bool found = false;
	struct ctx c;

	ctx_start(&c, s->db, s->cache);
	enum err e = scrub_next(&c, city, conf.store_scrub_interval, pace, s, &found);
	if (e != OK && !program_stopping())
		log_warn(
			"scrub: %s: %s", city, c.why == NULL ? err_sentence(e) : c.why);
	ctx_end(&c);
	return e == OK && found;
}

static void
look_again(struct scrubber *s, const char *city)
{
	struct scrub_found found;
	struct ctx c;

	ctx_start(&c, s->db, s->cache);
	enum err e = scrub_look_again(&c, city, &found);
	if (e != OK)
		log_debug(
			"scrub: %s: %s", city, c.why == NULL ? err_sentence(e) : c.why);
	ctx_end(&c);
}

/* The cities in turn, an object of each, until all that is due has been read. */
static void
work(struct scrubber *s)
{
	const char *const *cities;
	bool first = true, more = true;
	struct ctx names;
	size_t n;

	ctx_start(&names, s->db, s->cache);
	cities = disk_servers(&names, &n);
	bool *mine = arena_new(&names.arena, (n + 1) * sizeof(*mine));
	for (; more && !program_stopping(); first = false) {
		bool look = first || monotonic() >= s->look_at;

		if (look)
			s->look_at = monotonic() + LOOK_SECONDS;
		more = false;
		for (size_t i = 0; i < n && !program_stopping(); i++) {
			if (look && (mine[i] = elected(s, cities[i])))
				look_again(s, cities[i]);
			more = (mine[i] && read_one(s, cities[i])) || more;
			program_wait(0);
		}
	}
	ctx_end(&names);
}

int
scrubber_run(void)
{
	static struct scrubber s;

	program_signals();
	s.db = db_new("samovar-scrubber");
	s.cache = cache_new();
	db_set_timeout(s.db, READ_SECONDS);
	db_listen(s.db, "scrub");
	if (db_open(s.db) == E_BUG)
		return 1;
	while (!program_stopping()) {
		work(&s);
		db_wait_notify(s.db, LOOK_SECONDS * 1000);
	}
	db_close(s.db);
	return 0;
}
