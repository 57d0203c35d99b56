#ifndef MESSENGER_OBJECT_H
#define MESSENGER_OBJECT_H

#include "base/ctx.h"
#include "s3/client.h"
#include "storage/server.h"

/* Where an object of the messenger is, or shall be. */
struct object_place {
	struct server server;
	struct s3_object object;
};

/*
 * The server that has it (an id, NULL: none yet) or, if that takes nothing, another one
 * that is not known to be down. E_SERVER_NOT_FOUND
 */
enum err object_place(struct ctx *c, const char *server_id, const char *key,
	struct object_place *out);

#endif
