#include "cache/cache.h"

#include <hiredis/hiredis.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/conf.h"
#include "base/log.h"
#include "base/str.h"
#include "base/utc.h"

#define WAIT_MS 250 /* a slow Redis must not make every request slow */
#define RETRY_SECONDS 1

struct cache {
	struct cache *before; /* made by cache_new() before this one */
	redisContext *redis;  /* NULL when away */
	time_t retry_at;      /* monotonic seconds */
};

struct cache *
cache_new(void)
{
	/* All are kept, so that a tool which looks for lost memory finds them. */
	static struct cache *newest;
	struct cache *k = calloc(1, sizeof(*k));

	if (k == NULL)
		abort();
	k->before = newest;
	newest = k;
	return k;
}

static void
cache_away(struct cache *k, const char *why)
{
	log_warn("redis: away: %s", why);
	if (k->redis != NULL)
		redisFree(k->redis);
	k->redis = NULL;
	k->retry_at = (time_t)monotonic() + RETRY_SECONDS;
}

static bool
accepted(struct cache *k, redisReply *r, const char *why)
{
	bool good = r != NULL && r->type != REDIS_REPLY_ERROR;

	freeReplyObject(r);
	if (!good)
		cache_away(k, why);
	return good;
}

static bool
cache_connect(struct cache *k)
{
	struct timeval wait = {.tv_usec = WAIT_MS * 1000};

	if (k->redis != NULL)
		return true;
	if ((time_t)monotonic() < k->retry_at)
		return false;
	k->redis = conf.redis_socket[0] != '\0'
			   ? redisConnectUnixWithTimeout(conf.redis_socket, wait)
			   : redisConnectWithTimeout(
				     conf.redis_host, (int)conf.redis_port, wait);
	if (k->redis == NULL || k->redis->err != 0) {
		cache_away(k, k->redis == NULL ? "no memory" : k->redis->errstr);
		return false;
	}
	redisSetTimeout(k->redis, wait);
	if (conf.redis_password[0] != '\0' &&
		!accepted(k, redisCommand(k->redis, "AUTH %s", conf.redis_password),
			"password refused"))
		return false;
	return conf.redis_database == 0 ||
	       accepted(k,
		       redisCommand(
			       k->redis, "SELECT %lld", (long long)conf.redis_database),
		       "no such database");
}

static void
reply_drop(void *reply)
{
	freeReplyObject(reply);
}

static redisReply *command(struct ctx *c, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* NULL when away; an error answer counts as away too. The reply lives as long as the
 * ctx. */
static redisReply *
command(struct ctx *c, const char *format, ...)
{
	struct cache *k = c->cache;
	va_list args;

	if (k == NULL || !cache_connect(k))
		return NULL;
	va_start(args, format);
	redisReply *r = redisvCommand(k->redis, format, args);
	va_end(args);
	if (r != NULL)
		arena_defer(&c->arena, reply_drop, r);
	if (r == NULL || r->type == REDIS_REPLY_ERROR) {
		cache_away(k, r == NULL ? k->redis->errstr : r->str);
		return NULL;
	}
	return r;
}

bool
cache_up(struct cache *cache)
{
	struct ctx c = {.cache = cache};
	bool up = command(&c, "PING") != NULL;

	arena_end(&c.arena);
	return up;
}

const char *
cache_get(struct ctx *c, const char *key)
{
	redisReply *r = command(c, "GET %s%s", conf.redis_prefix, key);

	return r != NULL && r->type == REDIS_REPLY_STRING ? r->str : NULL;
}

bool
cache_set(struct ctx *c, const char *key, const char *value, int64_t seconds)
{
	return command(c, "SET %s%s %s EX %lld", conf.redis_prefix, key, value,
		       (long long)seconds) != NULL;
}

bool
cache_add(struct ctx *c, const char *key, const char *value, int64_t seconds)
{
	redisReply *r = command(c, "SET %s%s %s EX %lld NX", conf.redis_prefix, key,
		value, (long long)seconds);

	return r != NULL && r->type == REDIS_REPLY_STATUS;
}

bool
cache_drop(struct ctx *c, const char *key)
{
	return command(c, "DEL %s%s", conf.redis_prefix, key) != NULL;
}

int64_t
cache_count(struct ctx *c, const char *key, int64_t seconds)
{
	/* One script, so that no counter is ever left without an end. */
	static const char script[] =
		"local n = redis.call('INCR', KEYS[1]) "
		"if n == 1 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end "
		"return n";
	redisReply *r = command(c, "EVAL %s 1 %s%s %lld", script, conf.redis_prefix,
		key, (long long)seconds);

	return r != NULL && r->type == REDIS_REPLY_INTEGER ? r->integer : 0;
}

int64_t
cache_bucket(struct ctx *c, const char *key, int64_t rate, int64_t burst)
{
	/* What is kept is the moment at which the bucket will be full again. Redis's
	 * clock, because several hosts ask. */
	static const char script[] =
		"local time = redis.call('TIME') "
		"local now = time[1] * 1000000 + time[2] "
		"local step = 1000000 / ARGV[1] "
		"local full = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), "
		"now)"
		" + step "
		"local wait = full - now - step * ARGV[2] "
		"if wait > 0 then return math.ceil(wait / 1000) end "
		"redis.call('SET', KEYS[1], string.format('%.0f', full), 'PX', "
		"math.ceil((full - now) / 1000)) "
		"return 0";
	redisReply *r = command(c, "EVAL %s 1 %s%s %lld %lld", script,
		conf.redis_prefix, key, (long long)rate, (long long)burst);

	return r != NULL && r->type == REDIS_REPLY_INTEGER ? r->integer : 0;
}

int
cache_least_loaded(struct ctx *c, const char *key, const char *names, int64_t units,
	int64_t half_life)
{
	/* A field is "units seconds": how much it was, and when. After 40 halvings
	 * there is nothing left of a terabyte, so the key may go. */
	static const char script[] =
		"local now = tonumber(redis.call('TIME')[1]) "
		"local half = tonumber(ARGV[3]) "
		"local best, least, place, i = nil, nil, -1, 0 "
		"for name in string.gmatch(ARGV[1], '%S+') do "
		"local said = redis.call('HGET', KEYS[1], name) or '0 0' "
		"local n, at = string.match(said, '(%S+) (%S+)') "
		"local load = tonumber(n) * 0.5 ^ (math.max(now - tonumber(at), 0) / "
		"half) "
		"if least == nil or load < least then "
		"best, least, place = name, load, i end "
		"i = i + 1 end "
		"if best then redis.call('HSET', KEYS[1], best, "
		"string.format('%.0f %d', least + tonumber(ARGV[2]), now)) "
		"redis.call('EXPIRE', KEYS[1], half * 40) end "
		"return place";
	redisReply *r = command(c, "EVAL %s 1 %s%s %s %lld %lld", script,
		conf.redis_prefix, key, names, (long long)units, (long long)half_life);

	return r != NULL && r->type == REDIS_REPLY_INTEGER ? (int)r->integer : -1;
}

int64_t
cache_counted(struct ctx *c, const char *key)
{
	const char *text = cache_get(c, key);
	int64_t n;

	return text != NULL && int_read(text, &n) ? n : 0;
}
