#ifndef MESSENGER_RELATION_H
#define MESSENGER_RELATION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ctx.h"
#include "base/field.h"

/* What one profile is to another, by the numbers of messenger.relation. */
enum relation_status {
	RELATION_NONE,
	RELATION_FOLLOW,
	RELATION_HIDE, /* followed, not shown */
	RELATION_BLOCK,
	RELATION_ASKED /* to follow; counts as not followed */
};

/* What there is between the acting profile and another one. */
struct relation {
	int64_t account_id; /* of the other */
	bool is_private, is_deleted;
	bool is_live;   /* the acting profile is neither locked nor deleted */
	bool blocks;    /* the other profile blocks the account of the acting one */
	int64_t status; /* enum relation_status */
};

/* E_MISSING: there is no such profile, or it is locked. */
enum err relation_get(
	struct ctx *c, int64_t acting, int64_t other, struct relation *out);

/*
 * Sets it as far as the other's consent goes: who wants to follow a private profile has
 * asked, *status says so. E_DENIED: one's own profile, or one that blocks. E_MISSING: a
 * deleted one. E_NOT_RELATED: nothing to hide. E_SAME_RELATION, E_REQUEST_WAITS.
 */
enum err relation_set(struct ctx *c, int64_t acting, int64_t other, int64_t *status);

/* E_NOT_RELATED, E_DENIED, E_MISSING. */
enum err relation_end(struct ctx *c, int64_t acting, int64_t other);

/* The profiles that ask to follow this one, as JSON; NULL: none. */
enum err relation_requests(struct ctx *c, int64_t acting, const char **json);

/* The answer to one of them. E_MISSING. */
enum err relation_accept(struct ctx *c, int64_t acting, int64_t asker);
enum err relation_decline(struct ctx *c, int64_t acting, int64_t asker);

#endif
