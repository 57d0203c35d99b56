#include "worker/prober.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "base/conf.h"
#include "base/fence.h"
#include "base/log.h"
#include "base/program.h"
#include "base/str.h"
#include "base/utc.h"
#include "cache/cache.h"
#include "db/db.h"
#include "db/elect.h"
#include "s3/client.h"
#include "storage/copy.h"
#include "storage/server.h"

#define SERVERS_MOST 1000
#define UUID_BYTES 37

/*
 * A server is down when so many looks in a row have failed, each about a second after
 * the one before: what is away for a second, because it is started anew, is not down,
 * and what has died is within three.
 */
#define LOOKS 3
#define AGAIN_MS 900
#define ELECT_MS 5000

/* A server as the prober knows it. */
struct watched {
	char id[UUID_BYTES];
	int failures; /* looks in a row */
	int fd;       /* a connection that breaks when it dies, or -1 */
};

struct prober {
	struct db *db;
	struct cache *cache;
	struct s3_prober *asker;
	struct elect election;
	double asked_at, due_at; /* monotonic seconds: the last look, the next */
	bool doubted;            /* somebody has failed: the next look comes sooner */
	struct watched list[SERVERS_MOST], before[SERVERS_MOST];
	size_t count;
};

static int
failures_before(const struct prober *p, size_t count, const char *id)
{
	for (size_t i = 0; i < count; i++)
		if (str_eq(p->before[i].id, id))
			return p->before[i].failures;
	return 0;
}

static void
note_up(struct ctx *c, const struct server *s)
{
	bool risen = false;

	if (server_note_health(c, s->id, NULL, &risen) != OK) {
		ctx_clear_error(c);
		return;
	}
	if (!risen)
		return;
	log_info("server %s is up again", s->name);
	if (copy_fill_server(c, s) != OK)
		ctx_clear_error(c);
}

/* True if it is in doubt: neither up nor known to be down. */
static bool
note_failure(struct ctx *c, const struct server *s, int failures, const char *why)
{
	bool down = s->is_down || failures >= LOOKS, risen = false;

	if (down && !s->is_down)
		log_warn("server %s is down: %s", s->name, why);
	enum err e = down ? server_note_health(c, s->id, why, &risen)
			  : server_suspect(c, s, why, true);
	if (e != OK)
		ctx_clear_error(c);
	return !down;
}

static void
ask(struct prober *p, struct ctx *c, const struct server *servers, size_t n)
{
	struct s3_site *sites = arena_new(&c->arena, (n + 1) * sizeof(*sites));
	const char **why = arena_new(&c->arena, (n + 1) * sizeof(*why));
	int *fds = arena_new(&c->arena, (n + 1) * sizeof(*fds));
	size_t before = p->count;

	for (size_t i = 0; i < n; i++)
		sites[i] = server_site(c, &servers[i]);
	s3_prober_ask(p->asker, c, sites, n, why, fds);
	memcpy(p->before, p->list, before * sizeof(*p->list));
	p->count = n;
	for (size_t i = 0; i < n; i++) {
		struct watched *w = &p->list[i];
		int failures = failures_before(p, before, servers[i].id);

		snprintf(w->id, UUID_BYTES, "%s", servers[i].id);
		w->fd = fds[i];
		w->failures = why[i] == NULL ? 0 : failures + 1;
		if (why[i] == NULL)
			note_up(c, &servers[i]);
		else if (note_failure(c, &servers[i], w->failures, why[i]))
			p->doubted = true;
	}
}

static void
probe(struct prober *p)
{
	int64_t seconds =
		conf.storage_probe_interval > 0 ? conf.storage_probe_interval : 1;
	struct server *servers;
	struct ctx c;
	size_t n;

	p->asked_at = monotonic();
	p->due_at = p->asked_at + (double)seconds;
	p->doubted = false;
	ctx_start(&c, p->db, p->cache);
	if (server_all_on(&c, &servers, &n) == OK && !fence_is_up())
		ask(p, &c, servers, n < SERVERS_MOST ? n : SERVERS_MOST);
	ctx_end(&c);
}

/* When to look next: never sooner than a second after the last time, so that failures
 * in a row are as far apart as they should be whoever tells of them. */
static double
next_at(const struct prober *p)
{
	double soon = p->asked_at + AGAIN_MS / 1000.0;

	return p->doubted && soon < p->due_at ? soon : p->due_at;
}

/* Waits until then, or until a connection breaks or a call of somebody's has failed. */
static void
wait_for_news(struct prober *p)
{
	static struct pollfd fds[SERVERS_MOST + 1];
	double ms = p->election.held ? (next_at(p) - monotonic()) * 1000 : ELECT_MS;

	for (size_t i = 0; i < p->count; i++)
		fds[i] = (struct pollfd){.fd = p->list[i].fd, .events = POLLIN};
	if (db_wait_notify_or(p->db, ms < 1 ? 1 : (int)ms + 1, fds, p->count))
		p->doubted = true;
	for (size_t i = 0; i < p->count; i++)
		if (p->list[i].fd >= 0 && fds[i].revents != 0) {
			p->list[i].fd = -1;
			p->doubted = true;
		}
}

static void
elect(struct prober *p)
{
	struct ctx c;

	if (elect_holds(&p->election, p->db))
		return;
	ctx_start(&c, p->db, p->cache);
	elect_try(&p->election, &c, ELECT_PROBER);
	ctx_end(&c);
}

int
prober_run(void)
{
	static struct prober p;

	program_signals();
	p.db = db_new("samovar-prober");
	p.cache = cache_new();
	p.asker = s3_prober_new();
	db_listen(p.db, "probe");
	if (db_open(p.db) == E_BUG)
		return 1;
	while (!program_stopping()) {
		elect(&p);
		if (p.election.held && monotonic() >= next_at(&p))
			probe(&p);
		wait_for_news(&p);
	}
	db_close(p.db);
	return 0;
}
