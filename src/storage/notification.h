#ifndef NOTIFICATION_H
#define NOTIFICATION_H

#include <stddef.h>

#include "base/ctx.h"

/*
 * How the messages of event.h are read. Nothing of them is believed but that there may
 * be something to look at.
 */

/*
 * A notification as MinIO, AWS and Ceph send it: the keys of the bucket that something
 * happened to; those of other buckets are left out. E_INPUT, with the reason, for what
 * nobody will ever understand.
 */
enum err notification_read(struct ctx *c, const char *bucket, const char *text,
	size_t n, const char ***keys, size_t *count);

/* An order of the older system: which file, and which server. E_INPUT as above. */
struct old_order {
	const char *file_id, *server_id;
};

enum err old_order_read(
	struct ctx *c, const char *text, size_t n, struct old_order *out);

#endif
