#ifndef CARDS_PLACE_H
#define CARDS_PLACE_H

#include "base/ctx.h"
#include "image/image.h"

/*
 * Objects of the cards on the S3 servers. Each is put on two servers, where there are
 * two. It is noted in cards.object before it is sent, so that the hourly sweep finds
 * what a process left behind that was killed.
 */

/* *servers: PostgreSQL's text of an array of those that took it. card: its id, 0 for
 * what belongs to none. Not within a transaction. E_SERVER_NOT_FOUND, E_SERVER_DOWN:
 * nobody took it. */
enum err place_put(struct ctx *c, const char *key, int64_t card,
	struct image_blob bytes, const char *type, const char **servers);

/* The same of a file, on one server. */
enum err place_put_file(
	struct ctx *c, const char *key, int fd, int64_t size, const char **servers);

/* All of an object that is on one of these servers (UUIDs, parted by blanks).
 * E_MISSING. */
enum err place_get(
	struct ctx *c, const char *servers, const char *key, struct image_blob *out);

/* A presigned address on the first of these servers that is not known to be down;
 * public: for people, else for nginx on this host. E_MISSING if there is none. */
enum err place_address(struct ctx *c, const char *servers, const char *key, bool public,
	const char **out);

#endif
