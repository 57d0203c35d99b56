#include "worker/scrubber.h"

#include "base/conf.h"
#include "base/log.h"
#include "base/program.h"
#include "base/utc.h"
#include "cache/cache.h"
#include "db/db.h"
#include "store/disk.h"
#include "store/scrub.h"

#include "worker/scrubber.sql.h"

#define LOCK_KEY INT64_C(0x53414d4f56415205) /* "SAMOVAR" and 5 */
#define LOOK_SECONDS 5   /* between two looks at damaged files, and at what is due */
#define READ_SECONDS 300 /* longest statement */
#define WAIT_MS 500

struct scrubber {
	struct db *db;
	struct cache *cache;
	int64_t session; /* the connection that holds the lock */
	bool elected;
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

static bool
holds_lock(const struct scrubber *s)
{
	return s->elected && db_up(s->db) && db_session(s->db) == s->session;
}

/* Who has no city's folder does not stand for election. */
static void
elect(struct scrubber *s)
{
	int64_t got = 0;
	size_t cities;
	struct ctx c;

	if (holds_lock(s))
		return;
	ctx_start(&c, s->db, s->cache);
	disk_servers(&c, &cities);
	s->elected = cities > 0 &&
		     db_int(&c, &SCRUBBER_ELECT, &got, ARGS(&c, LOCK_KEY)) == OK &&
		     got == 1;
	s->session = db_session(s->db);
	ctx_end(&c);
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
	bool more = true;
	struct ctx names;
	size_t n;

	ctx_start(&names, s->db, s->cache);
	cities = disk_servers(&names, &n);
	while (more && holds_lock(s) && !program_stopping()) {
		bool look = monotonic() >= s->look_at;

		if (look)
			s->look_at = monotonic() + LOOK_SECONDS;
		more = false;
		for (size_t i = 0; i < n && !program_stopping(); i++) {
			if (look)
				look_again(s, cities[i]);
			more = read_one(s, cities[i]) || more;
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
		elect(&s);
		if (s.elected)
			work(&s);
		db_wait_notify(s.db, LOOK_SECONDS * 1000);
	}
	db_close(s.db);
	return 0;
}
