#ifndef ADDRESS_H
#define ADDRESS_H

#include "base/ctx.h"
#include "storage/file.h"
#include "storage/server.h"

/*
 * Presigned addresses on a server; they live s3.put_lifetime and s3.get_lifetime
 * seconds. The one to upload takes a body of exactly so many bytes, and an embedded
 * city takes only one (s3_upload_address()).
 */
const char *address_put(
	struct ctx *c, const struct server *s, const char *key, int64_t size);

/* Downloads under the file's name: to be saved, never shown as a page of the server. */
const char *address_get(struct ctx *c, const struct server *s, const struct file *f);

#endif
