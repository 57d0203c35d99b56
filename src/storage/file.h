#ifndef FILE_H
#define FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ctx.h"
#include "base/field.h"
#include "db/db.h"
#include "storage/geo_point.h"
#include "storage/server.h"

/*
 * Files of accounts. The bytes of one upload are a version with an object key of its
 * own; what is served stays until the next version has arrived. A deleted file is
 * absent for everybody.
 */
struct file {
	const char *id; /* UUID */
	const char *name;
	int64_t size; /* bytes */
	struct utc created, updated;
	int64_t account_id;       /* its owner */
	const char *version_id;   /* what is served, NULL: nothing has arrived yet */
	const char *key;          /* its object key, NULL likewise */
	const char *content_type; /* as uploaded, NULL if not known */
};

/* What may be shown: id, name, size, created, updated. */
extern const struct field file_fields[];

/* The actor's files one by one, by creation, with file_fields only. What `take` gives
 * back ends the list, unless it is OK. */
enum err file_list(struct ctx *c, enum err (*take)(void *to, void *file), void *to);

/* E_FILE_NOT_FOUND for a file that is not the actor's. */
enum err file_own(struct ctx *c, const char *id, struct file *out);

/* Whoever's it is. E_FILE_NOT_FOUND */
enum err file_any(struct ctx *c, const char *id, struct file *out);

/*
 * Announces an upload: makes the file, or a further version of the actor's live file of
 * that name, and notes it in the actor's history. wish: name, size, content_type (NULL:
 * not said). *server is the usable one nearest to the place that is known to be alive:
 * any of them for an unknown place, the first that was added where places do not
 * matter; without one, the nearest that nobody has asked yet. Of its row there is what
 * a link needs. out->version_id and out->key are the upload's: where the bytes are to
 * go. seconds: how long the link will live. A transaction by itself: not in another.
 * E_QUOTA; E_SERVER_NOT_FOUND: none is usable; E_SERVER_DOWN: none of those is alive
 */
enum err file_announce(struct ctx *c, const struct file *wish, struct geo_point place,
	int64_t seconds, struct server *server, struct file *out);

/*
 * A page of the actor's files as JSON {"data": [...], "next": "<id>"}, by creation:
 * those behind the file `after` (NULL: from the start) whose name has `q` in it (NULL:
 * all). next is null on the last page.
 */
enum err file_page(struct ctx *c, const char *q, const char *after, int64_t limit,
	const char **json);

/* What an account's live files have together, and what they may have (0: any). */
struct usage {
	int64_t used, quota;
};

enum err file_usage(struct ctx *c, int64_t account_id, struct usage *out);

/*
 * Compares the counters that file_usage() reads with the files, and mends them: a row
 * an account that was wrong (account, counted, bytes). In a transaction, in which no
 * other may change files' bytes.
 */
enum err file_recount(struct ctx *c, struct db_table *out);

/* Gives an account a quota of its own; bytes < 0: the general one again. */
enum err file_set_quota(struct ctx *c, int64_t account_id, int64_t bytes);

/* Gives the actor's file another name; *old_name is the one before. E_FILE_NOT_FOUND,
 * E_FILE_EXISTS */
enum err file_rename(struct ctx *c, const char *id, const char *name,
	const char **old_name, struct file *out);

/* Deletes the actor's file: gone at once, its objects by jobs. E_FILE_NOT_FOUND */
enum err file_delete(struct ctx *c, const char *id, struct file *out);

/* The servers that hold the actor's file, as a JSON list; empty for any other file. */
enum err file_servers(struct ctx *c, const char *id, const char **json);

/* Gives up announced versions whose link is long past, and files to which nothing ever
 * came. */
enum err file_expire(struct ctx *c, int64_t seconds);

/* Does any server have the version, usable or not? */
enum err file_held(struct ctx *c, const char *version_id, bool *held);

#endif
