#ifndef COPY_H
#define COPY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ctx.h"

/* Which server holds the object of which version: told by events, acted on by jobs. */

/* What an S3 server says has happened to an object. */
struct object_event {
	const char *server;    /* its name */
	const char *server_id; /* NULL: only its name is known */
	const char *key;
	bool created; /* else removed */
	int64_t size;
	const char *etag;
	bool copied;   /* by ourselves, just now, from the bytes that are served */
	bool compared; /* its bytes have just been stored, or read once more */
};

/*
 * Takes an event in; doubled, late and reordered ones change nothing that is right
 * already. An object of a version that has arrived becomes what its file serves, unless
 * a newer one is served; what is thereby out of date, or of a deleted file, is to be
 * removed. A key or a server that is not ours is no error. Runs in the caller's
 * transaction.
 */
enum err copy_news(struct ctx *c, const struct object_event *news);

/*
 * Keeps the file that an event of the embedded store is about for the caller's
 * transaction. What is read after it for copy_news() cannot be older than what another
 * has told meanwhile.
 */
enum err copy_lock(struct ctx *c, int64_t event_id);

/* A server has not got its copy of a version any more: made again if anybody has it. */
enum err copy_lost(struct ctx *c, const char *version_id, const char *server_id);

/* All objects of a deleted file are to be removed. */
enum err copy_doom_file(struct ctx *c, const char *file_id);

/*
 * Looks whether an announced upload has arrived at an embedded server though nobody has
 * told: events may be late. True if the file has something to serve now.
 */
enum err copy_look(struct ctx *c, const char *file_id, bool *arrived);

/*
 * Uploads that are announced within a few seconds, all with links of this lifetime, are
 * looked at by one job (upload.poll), in case nobody tells that they have come. Its
 * subject is the slot's name: which one, counted by when their links expire. delay:
 * seconds until it is due.
 */
struct upload_slot {
	const char *name;
	int64_t delay;
};
struct upload_slot upload_slot_of(struct ctx *c, int64_t seconds);

/* The times between which links of a slot expire, the second not included. False if the
 * name is none. */
bool upload_slot_read(const char *name, struct utc *first, struct utc *end);

/* Orders a look at an announced upload (job upload.poll), in `seconds` but not sooner
 * than 10. */
enum err upload_look_later(struct ctx *c, const char *version_id, int64_t seconds);

/* The same, in 10 seconds, and once however often it is ordered until then. */
enum err upload_look_soon(struct ctx *c, const char *version_id);

/*
 * Orders the copies that usable servers lack of the live files of their zone: of one
 * version, on one server, or of all (NULL). An order that stands already stays one.
 */
enum err copy_order_missing(
	struct ctx *c, const char *version_id, const char *server_id);

/* Orders the removal of doomed copies, and of copies in parts that nobody goes on with,
 * on one server or on all (NULL) that are on. */
enum err copy_order_removals(struct ctx *c, const char *server_id);

/* Orders copies elsewhere of the live files that are on this server only. */
enum err copy_order_moves(struct ctx *c, const char *server_id);

/* A server was added or edited, or is up again: if it is on, a job sees to what it
 * should hold and should not. */
struct server;
enum err copy_fill_server(struct ctx *c, const struct server *s);

#endif
