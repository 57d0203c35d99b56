#ifndef SERVER_H
#define SERVER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ctx.h"
#include "base/field.h"
#include "storage/place.h"

/* An S3 server in a city. Usable: is_on and is_active. */
struct server {
	const char *id; /* UUID */
	const char *name, *host;
	int64_t port;
	const char *location, *zone;
	double latitude, longitude; /* degrees */
	bool is_on, is_active;
	struct utc created, updated;
	const char *public_url; /* NULL: http://host:port */
};

/* What may be shown: all but public_url. */
extern const struct field server_fields[];

/* All servers as a JSON list, by zone and name. */
enum err server_list(struct ctx *c, const char **json);

/* Adds s (its nine own members); id and times come back in it. E_SERVER_EXISTS */
enum err server_add(struct ctx *c, struct server *s);

/* Replaces the nine members of the server s->id. E_SERVER_GONE, E_SERVER_EXISTS */
enum err server_change(struct ctx *c, struct server *s);

/*
 * Deletes a server that holds no live file's only copy; out is what it was. Its objects
 * stay on the machine. E_SERVER_GONE, E_SERVER_NEEDED
 */
enum err server_drop(struct ctx *c, const char *id, struct server *out);

enum err server_own(struct ctx *c, const char *id, struct server *out);

/* The usable server nearest to the caller, any of them for an unknown place.
 * E_SERVER_GONE */
enum err server_nearest(struct ctx *c, struct place place, struct server *out);

/* The same among those that hold a version. */
enum err server_holding(
	struct ctx *c, const char *version_id, struct place place, struct server *out);

/* The server of that name, whatever its case; *found is false if there is none. */
enum err server_by_name(
	struct ctx *c, const char *name, struct server *out, bool *found);

/* Where clients reach it: scheme://host[:port]. */
const char *server_base(struct ctx *c, const struct server *s);

/* Where our own programs do: http://host:port. */
const char *server_inner(struct ctx *c, const char *host, int64_t port);

/* Is a Host header one of the two addresses? Case and a default port do not matter. */
bool server_is_at(struct ctx *c, const struct server *s, const char *host);

#endif
