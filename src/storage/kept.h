#ifndef KEPT_H
#define KEPT_H

#include "base/ctx.h"
#include "s3/client.h"
#include "storage/server.h"

/*
 * Objects that other domains keep: files without an owner, which no list, quota or
 * share shows. They are copied, healed and removed like every file.
 */
struct kept {
	const char *key;  /* of the object: nobody else's, and never used twice */
	const char *type; /* media type */
	const char *etag; /* as the server told */
	int64_t size;
	const char *file_id; /* comes back from kept_add() */
};

/*
 * The server with this id (NULL: none yet) or, where it takes nothing or is known to be
 * down, another one that is not. E_SERVER_NOT_FOUND: none is usable
 */
enum err kept_server(struct ctx *c, const char *id, struct server *out);

/* Where an object is, for our own programs. Whoever puts there many small ones is not
 * slowed down as copies are. */
struct s3_object kept_at(struct ctx *c, const struct server *s, const char *key);

/* Takes over objects of a kind ("picture") that the server has; orders their copies.
 * The caller's transaction. */
enum err kept_add(struct ctx *c, const char *kind, const char *server_id,
	struct kept *list, size_t count);

/*
 * Announces an object that somebody is going to put to the server by a link that lives
 * so many seconds; *file_id is its file. The bytes have come once it has a version that
 * is served; a picture's are then made (job picture.make). The caller's transaction.
 */
enum err kept_announce(struct ctx *c, const char *kind, const char *server_id,
	struct kept *inout, int64_t seconds);

/* The version that a file serves, NULL as long as nothing has come, and its size.
 * E_FILE_NOT_FOUND. */
struct kept_arrived {
	const char *version_id, *key;
	int64_t size;
};
enum err kept_arrived(struct ctx *c, const char *file_id, struct kept_arrived *out);

/* The objects of a file go, by jobs. The caller's transaction. */
enum err kept_drop(struct ctx *c, const char *file_id);

/* Is there no file with this key? */
enum err kept_is_stray(struct ctx *c, const char *key, bool *stray);

#endif
