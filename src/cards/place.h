#ifndef CARDS_PLACE_H
#define CARDS_PLACE_H

#include "base/ctx.h"
#include "image/image.h"
#include "storage/kept.h"

/*
 * Objects of the cards: files of kind "card" that are nobody's, copied, healed and
 * removed like all others (storage/kept.h). What a killed process left behind is
 * removed by reconciliation.
 */

/* Objects that a server has taken, and nobody knows of yet. */
#define PLACED_MOST 4
struct placed {
	struct server server;
	struct kept kept[PLACED_MOST];
	size_t count;
};

/* Puts an object to a server, the same for all of *inout; key: nobody else's, and never
 * used twice. Not within a transaction. E_SERVER_NOT_FOUND, E_SERVER_DOWN. */
enum err place_put(struct ctx *c, const char *key, struct image_blob bytes,
	const char *type, struct placed *inout);

/* The same of a file of `size` bytes. */
enum err place_put_file(struct ctx *c, const char *key, int fd, int64_t size,
	const char *type, struct placed *inout);

/* Takes over what was put; kept[].file_id is set. The caller's transaction. */
enum err place_keep(struct ctx *c, struct placed *inout);

/* Removes what was put and is not wanted; what a server does not remove now is removed
 * by reconciliation. */
void place_undo(struct ctx *c, const struct placed *placed);

/* All of the object of a file. E_MISSING: nothing has it. E_SERVER_DOWN. */
enum err place_get(struct ctx *c, const char *file_id, struct image_blob *out);

/* A presigned address for people, on the first server that has it and is not known to
 * be down. E_MISSING, E_SERVER_NOT_FOUND, E_SERVER_DOWN. */
enum err place_address(struct ctx *c, const char *file_id, const char **out);

/* Objects of cards that nothing refers to any more go, some at a time. The caller's
 * transaction. */
enum err place_sweep(struct ctx *c);

#endif
