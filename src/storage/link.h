#ifndef LINK_H
#define LINK_H

#include "base/ctx.h"
#include "base/field.h"
#include "storage/file.h"

/* A share link: who has its id and the file's may download, with the password if there
 * is one. */
struct link {
	const char *id; /* UUID */
	struct file file;
	bool is_secured;
	struct utc expire_at; /* none: for ever */
	struct utc created;
	const char *password; /* argon2id hash, NULL for none; never shown */
};

/* What may be shown. */
extern const struct field link_fields[];

/* Adds a link to the actor's file; hash may be NULL. E_FILE_NOT_FOUND */
enum err link_add(struct ctx *c, const char *file_id, const char *hash,
	struct utc expire_at, struct link *out);

/* The links of the actor's file as a JSON list, newest first. E_FILE_NOT_FOUND */
enum err link_list(struct ctx *c, const char *file_id, const char **json);

/* For anybody. E_FILE_NOT_FOUND; E_LINK_NOT_FOUND also when it is another file's or has
 * expired
 */
enum err link_open(
	struct ctx *c, const char *file_id, const char *id, struct link *out);

/* Removes a link of the actor's file; out is what it was. E_FILE_NOT_FOUND,
 * E_LINK_NOT_FOUND */
enum err link_drop(
	struct ctx *c, const char *file_id, const char *id, struct link *out);

/* Links across files, for whoever keeps them in order. account is whose files are
 * meant; 0: everybody's. */

/* {"data": [...], "next"}: made before the link `after` (NULL: the newest), of files
 * with these letters in their name (NULL: any). */
enum err link_page(struct ctx *c, int64_t account, const char *after,
	const char *letters, int64_t most, const char **json);

/* Removes those of these links that are there, and tells their owners' histories; how
 * many it were. ids: UUIDs with blanks between. */
enum err link_revoke(struct ctx *c, int64_t account, const char *ids, int64_t *count);

/* What changes: the end (none: for ever), the password's hash (NULL: none). */
struct link_change {
	bool set_end, set_password;
	struct utc expire_at;
	const char *hash;
};

/* E_LINK_NOT_FOUND; also for somebody else's that has ended, and for taking the
 * password of one away. */
enum err link_change(struct ctx *c, int64_t account, const char *id,
	const struct link_change *change);

#endif
