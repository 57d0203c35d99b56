#ifndef CACHE_H
#define CACHE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ctx.h"

/*
 * Redis: copies and counts, never a source of truth. Every call may find it away; then
 * it answers false ("not known") at once and tries again after a second. It may be
 * emptied at any moment. Keys get the prefix of redis.prefix.
 */

/* The object only; the first call connects. Never NULL. */
struct cache *cache_new(void);

/* True if Redis answers a PING now. */
bool cache_up(struct cache *cache);

/* The value, which lives as long as the ctx; NULL when absent or when Redis is away. */
const char *cache_get(struct ctx *c, const char *key);

/* Sets for so many seconds. False when Redis is away. */
bool cache_set(struct ctx *c, const char *key, const char *value, int64_t seconds);

/* The same, only where the key is not there yet. True if it was set. */
bool cache_add(struct ctx *c, const char *key, const char *value, int64_t seconds);

/* Removes the key. False when Redis is away. */
bool cache_drop(struct ctx *c, const char *key);

/*
 * Adds one to a counter that ends so many seconds after its first count, and gives the
 * new value; 0 when Redis is away.
 */
int64_t cache_count(struct ctx *c, const char *key, int64_t seconds);

/*
 * A bucket of `burst` that fills by `rate` a second (both above 0): takes one out of
 * it. 0 when there was one, or Redis is away; else the milliseconds until there is.
 */
int64_t cache_bucket(struct ctx *c, const char *key, int64_t rate, int64_t burst);

/*
 * Of names, parted by blanks, the one that the fewest units were put on lately (the
 * first of them, of equals), and puts so many on it, in one step. What was put on a
 * name counts half after every `half_life` seconds. Its place among the names; -1 when
 * Redis is away. key: where the counts of all names are.
 */
int cache_least_loaded(struct ctx *c, const char *key, const char *names, int64_t units,
	int64_t half_life);

/* The counter's value without counting; 0 when absent or away. */
int64_t cache_counted(struct ctx *c, const char *key);

#endif
