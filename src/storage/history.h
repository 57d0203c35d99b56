#ifndef HISTORY_H
#define HISTORY_H

#include "base/ctx.h"

/*
 * What an account sees under actions, written in the transaction of what it tells. Each
 * adds one row to the list of `account_id`.
 */
enum err history_file(struct ctx *c, int64_t account_id, const char *file_id,
	const char *event, const char *name);

enum err history_renamed(struct ctx *c, int64_t account_id, const char *file_id,
	const char *old_name, const char *new_name);

/* event is FILE_SHARE_LINK.CREATED or .DELETED; created is when the link was made. */
enum err history_link(struct ctx *c, const char *link_id, const char *event,
	const char *file_name, struct utc created);

struct server;
enum err history_server(struct ctx *c, const char *event, const struct server *s);

/* {"count": ..., "data": [...]}: a page (from 1) of the actor's list, newest first. */
enum err history_page(struct ctx *c, int64_t page, int64_t size, const char **json);

#endif
