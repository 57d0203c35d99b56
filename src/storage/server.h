#ifndef SERVER_H
#define SERVER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ctx.h"
#include "base/field.h"
#include "net/authority.h"
#include "s3/client.h"
#include "storage/geo_point.h"

/* An S3 server in a city. Usable: is_on and is_active. */
struct server {
	const char *id; /* UUID */
	const char *name, *host;
	int64_t port;
	const char *location, *zone;
	double latitude, longitude; /* degrees */
	bool is_on, is_active;
	struct utc created, updated;
	const char *public_url; /* NULL: http(s)://host:port */
	const char *region;     /* NULL: s3.region */
	bool tls;               /* our own programs use https */
	bool virtual_host;      /* the bucket is part of the host */
	int64_t rate;           /* bytes a second for copies, 0: the general limit */
	bool is_down;    /* the last probe, less than a minute ago, found it so */
	bool is_leaving; /* being given up: takes nothing new */
	bool is_unseen;  /* server_change(): at another address, or on again */
	bool is_deleted; /* there for nobody: only its objects are still to go */
	/* Among those that hold a version: who has the same tier is as good, but for
	 * the distance from the caller, 0 if nobody knows where that is. */
	int64_t tier;
	double kilometres;
};

/* What may be shown: all but public_url. */
extern const struct field server_fields[];

/* Letters, digits, _ and -: a name becomes part of routing keys and of the source of
 * events. */
bool server_name_valid(const char *name);

/* All servers that are not deleted as a JSON list, by zone and name. */
enum err server_list(struct ctx *c, const char **json);

/*
 * Adds s (its nine own members); id and times come back in it. At the address of a
 * deleted server that is not yet empty it is that one again. E_SERVER_EXISTS
 */
enum err server_add(struct ctx *c, struct server *s);

/* Replaces the nine members of the server s->id. E_SERVER_NOT_FOUND; E_SERVER_EXISTS
 * also when a deleted server is still being emptied at its new address */
enum err server_change(struct ctx *c, struct server *s);

/* Any server, deleted ones too. E_SERVER_NOT_FOUND */
enum err server_own(struct ctx *c, const char *id, struct server *out);

/*
 * The usable server nearest to the caller that holds a version and is known to be
 * alive; without one, the nearest that nobody has asked yet. for_a_copy: also one that
 * is being given up. E_SERVER_NOT_FOUND: none is usable; E_SERVER_DOWN: none of those
 * is alive
 */
enum err server_holding(struct ctx *c, const char *version_id, struct geo_point place,
	bool for_a_copy, struct server *out);

/*
 * The same for somebody who is about to read so many bytes: with storage.pick =
 * least_loaded, of the servers that are as good and within storage.pick_distance of the
 * nearest that which the fewest bytes were read from lately. Without Redis, the
 * nearest. E_SERVER_NOT_FOUND, E_SERVER_DOWN
 */
enum err server_for_reader(struct ctx *c, const char *version_id,
	struct geo_point place, int64_t bytes, struct server *out);

/* The servers that have or had first that name, whatever its case: one at most, and
 * behind it those of that name that are deleted. */
enum err server_named(
	struct ctx *c, const char *name, struct server **out, size_t *count);

/*
 * The server at the address that a city of the embedded store was called by, if it is
 * named otherwise: from now on the city's events are its own. count is 0 or 1.
 */
enum err server_of_city(struct ctx *c, const char *city, const struct authority *called,
	struct server **out, size_t *count);

/* Where clients reach it: scheme://host[:port]. */
const char *server_base(struct ctx *c, const struct server *s);

/* For signed calls of our own programs, and for addresses given to people. */
struct s3_site server_site(struct ctx *c, const struct server *s);
struct s3_site server_public_site(struct ctx *c, const struct server *s);

/* All servers that are on, deleted ones too. */
enum err server_all_on(struct ctx *c, struct server **out, size_t *count);

/*
 * Notes what a probe, or a call that failed, has found; why is NULL for one that is
 * alive. *risen: it was down before.
 */
enum err server_note_health(
	struct ctx *c, const char *id, const char *why, bool *risen);

/*
 * It has failed once, which is no outage yet: links lead to others that have the same,
 * and the prober looks at it at once and then every second. by_prober: it knows.
 */
enum err server_suspect(
	struct ctx *c, const struct server *s, const char *why, bool by_prober);

/*
 * A call of ours has failed with c->err: server_suspect(). Runs outside of
 * transactions.
 */
void server_note_failure(struct ctx *c, const struct server *s);

/* The same if e, what a call has returned, is E_SERVER_DOWN; gives e back. */
enum err server_answered(struct ctx *c, const struct server *s, enum err e);

/* Orders a step of the way of a deleted server (server_removal.h), for one or for all
 * that are deleted (NULL). */
enum err server_clean_later(struct ctx *c, const char *id);

/* Is a Host header one of the two addresses? Case and a default port do not matter. */
bool server_is_at(struct ctx *c, const struct server *s, const char *host);

#endif
