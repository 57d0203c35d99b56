#include "catalogue/response_cache.h"

#include <sodium.h>
#include <string.h>
#include <time.h>

#include "base/conf.h"
#include "cache/cache.h"
#include "db/db.h"

#include "catalogue/response_cache.sql.h"

#define EDITION_KEY "catalogue:edition"
#define EDITION_SECONDS 60 /* how long a load during which Redis was away is unseen */
#define READING_SECONDS 5  /* a reader that is still not done is taken for dead */
#define LOOK_MS 5
#define HASH_BYTES 16

/* "0" before the first load. NULL: not known, so nothing can be kept. */
static const char *
edition(struct ctx *c)
{
	const char *known = cache_get(c, EDITION_KEY);
	int64_t number;

	if (known != NULL)
		return known;
	if (db_int(c, &EDITION_NEWEST, &number, ARGS(c)) != OK) {
		ctx_clear_error(c);
		return NULL;
	}
	known = arena_fmt(&c->arena, "%lld", (long long)number);
	/* Only where there is none: a load may have set a newer one since. */
	cache_add(c, EDITION_KEY, known, EDITION_SECONDS);
	return known;
}

void
response_cache_edition(struct ctx *c, int64_t number)
{
	cache_set(c, EDITION_KEY, arena_fmt(&c->arena, "%lld", (long long)number),
		EDITION_SECONDS);
}

static const char *
or_any(const char *word)
{
	return word == NULL ? "" : word;
}

/* What was searched for may be long and of any characters: its hash stands for it. */
static const char *
key_of(struct ctx *c, const char *name, const struct film_query *q)
{
	unsigned char hash[HASH_BYTES];
	char hex[2 * HASH_BYTES + 1] = "";
	const char *now = edition(c);

	if (now == NULL)
		return NULL;
	if (q->text != NULL) {
		crypto_generichash(hash, sizeof(hash), (const unsigned char *)q->text,
			strlen(q->text), NULL, 0);
		sodium_bin2hex(hex, sizeof(hex), hash, sizeof(hash));
	}
	return arena_fmt(&c->arena, "catalogue:%s:%s:%s:%s:%s:%d%d:%lld:%lld:%s", now,
		name, or_any(q->id), or_any(q->genre), or_any(q->similar),
		q->worst_first, q->whole, (long long)q->page, (long long)q->size, hex);
}

/* Waits until another reader has put it there; NULL when that takes too long. */
static const char *
wait_for(struct ctx *c, const char *key, const char *reading)
{
	const struct timespec look = {.tv_nsec = LOOK_MS * 1000000L};
	const char *json = NULL;

	for (int64_t ms = 0; json == NULL && ms < conf.catalogue_wait; ms += LOOK_MS) {
		bool gone = cache_get(c, reading) == NULL;
		json = cache_get(c, key);
		if (gone)
			break; /* done, failed, or Redis is away */
		if (json == NULL)
			nanosleep(&look, NULL);
	}
	return json;
}

enum err
response_cache_get(struct ctx *c, const char *name, loader *read,
	const struct film_query *q, const char **json, enum response_cache_state *state)
{
	const char *key = key_of(c, name, q);

	*state = RESPONSE_CACHE_HIT;
	if (key != NULL && (*json = cache_get(c, key)) != NULL)
		return OK;
	const char *reading =
		key == NULL ? NULL : arena_fmt(&c->arena, "%s:reading", key);
	bool mine = key != NULL && cache_add(c, reading, "1", READING_SECONDS);
	*state = RESPONSE_CACHE_WAITED;
	if (key != NULL && !mine && (*json = wait_for(c, key, reading)) != NULL)
		return OK;
	*state = RESPONSE_CACHE_MISS;
	enum err e = read(c, q, json);
	if (key != NULL && e == OK)
		cache_set(c, key, *json, conf.catalogue_keep);
	if (mine)
		cache_drop(c, reading);
	return e;
}
