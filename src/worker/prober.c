#include "worker/prober.h"

#include <stdio.h>

#include "base/conf.h"
#include "base/fence.h"
#include "base/log.h"
#include "base/program.h"
#include "base/str.h"
#include "cache/cache.h"
#include "db/db.h"
#include "storage/copy.h"
#include "storage/server.h"

#include "worker/prober.sql.h"

#define LOCK_KEY INT64_C(0x53414d4f56415204) /* "SAMOVAR" and 4 */
#define PROBE_SECONDS 3                      /* for an answer */
#define SERVERS_MOST 1000
#define UUID_BYTES 37

/* Who did not answer the last time: one that was only slow once is not down. */
struct doubt {
	char id[UUID_BYTES];
};

struct prober {
	struct db *db;
	struct cache *cache;
	int64_t session; /* the connection that holds the lock */
	bool elected;
	struct doubt doubts[SERVERS_MOST];
	size_t doubt_count;
};

static bool
doubted(const struct prober *p, const char *id)
{
	for (size_t i = 0; i < p->doubt_count; i++)
		if (str_eq(p->doubts[i].id, id))
			return true;
	return false;
}

static void
note(struct prober *p, struct ctx *c, const struct server *s, const char *why)
{
	bool risen = false;

	if (why != NULL && !s->is_down && !doubted(p, s->id))
		return;
	if (why != NULL && !s->is_down)
		log_warn("server %s is down: %s", s->name, why);
	if (server_note_health(c, s->id, why, &risen) != OK) {
		ctx_forgive(c);
		return;
	}
	if (!risen)
		return;
	log_info("server %s is up again", s->name);
	if (copy_fill_server(c, s) != OK)
		ctx_forgive(c);
}

static void
probe(struct prober *p)
{
	struct server *servers;
	struct ctx c;
	size_t n;

	ctx_start(&c, p->db, p->cache);
	if (server_all_on(&c, &servers, &n) == OK && !fence_is_up()) {
		n = n < SERVERS_MOST ? n : SERVERS_MOST;
		struct s3_site *sites = arena_new(&c.arena, (n + 1) * sizeof(*sites));
		const char **why = arena_new(&c.arena, (n + 1) * sizeof(*why));

		for (size_t i = 0; i < n; i++)
			sites[i] = server_site(&c, &servers[i]);
		s3_probe(&c, sites, n, PROBE_SECONDS, why);
		for (size_t i = 0; i < n; i++)
			note(p, &c, &servers[i], why[i]);
		p->doubt_count = 0;
		for (size_t i = 0; i < n; i++)
			if (why[i] != NULL)
				snprintf(p->doubts[p->doubt_count++].id, UUID_BYTES,
					"%s", servers[i].id);
	}
	ctx_end(&c);
}

static void
elect(struct prober *p)
{
	int64_t got = 0;
	struct ctx c;

	if (p->elected && db_up(p->db) && db_session(p->db) == p->session)
		return;
	ctx_start(&c, p->db, p->cache);
	p->elected =
		db_int(&c, &PROBER_ELECT, &got, ARGS(&c, LOCK_KEY)) == OK && got == 1;
	p->session = db_session(p->db);
	ctx_end(&c);
}

int
prober_run(void)
{
	static struct prober p;

	program_signals();
	p.db = db_new("samovar-prober");
	p.cache = cache_new();
	if (db_open(p.db) == E_BUG)
		return 1;
	while (!program_stopping()) {
		elect(&p);
		if (p.elected)
			probe(&p);
		program_wait((int)(conf.storage_probe_interval > 0
					   ? conf.storage_probe_interval * 1000
					   : 1000));
	}
	db_close(p.db);
	return 0;
}
