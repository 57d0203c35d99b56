#ifndef NET_DROPBOX_H
#define NET_DROPBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ctx.h"

/*
 * Files in Dropbox (dropbox.com/developers/documentation/http), for jobs: a call may
 * take 60 s. The settings dropbox.* say whose; without a token it is off. An access
 * token lives about four hours: with a refresh token another one is got in time, and
 * when Dropbox says that it has ended.
 *
 * Errors of all calls: E_LIMIT: Dropbox wants a pause of "retry_after" seconds;
 * E_INPUT: it refuses, in its words; E_PEER: away, broken, or no answer that makes
 * sense; E_FENCED.
 */
bool dropbox_is_on(void);

/* Puts a file at a path ("/cards/x.jpg"), over what is there; 150 MB at most. E_INPUT,
 * E_LIMIT, E_PEER. */
enum err dropbox_put(struct ctx *c, const char *path, const void *bytes, size_t size);

/* A link that anybody may open, to the bytes themselves; the one that the file has, if
 * it has one. E_INPUT, E_LIMIT, E_PEER. */
enum err dropbox_link(struct ctx *c, const char *path, const char **url);

/* Removes a file; one that is not there is no error. E_INPUT, E_LIMIT, E_PEER. */
enum err dropbox_remove(struct ctx *c, const char *path);

/* A file of a folder. */
struct dropbox_entry {
	const char *path; /* "/card/x.png", as its owner writes it */
	const char *hash; /* content_hash */
	int64_t size;
};

typedef enum err dropbox_take(
	struct ctx *c, void *whose, const struct dropbox_entry *entry);

/* Calls take() for each file below a folder. A folder that is not there has none:
 * *found false. E_INPUT, E_LIMIT, E_PEER, and whatever take() returns. */
enum err dropbox_list(struct ctx *c, const char *folder, dropbox_take *take,
	void *whose, bool *found);

/* The bytes of a file of at most `most`, in the ctx. E_INPUT, E_LIMIT, E_PEER. */
enum err dropbox_get(
	struct ctx *c, const char *path, size_t most, const void **bytes, size_t *size);

/* The content_hash of bytes: SHA-256 over the SHA-256 of each 4 MiB. */
const char *dropbox_hash(struct ctx *c, const void *bytes, size_t size);

#endif
