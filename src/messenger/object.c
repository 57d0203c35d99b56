#include "messenger/object.h"

#include "storage/kept.h"

enum err
object_place(
	struct ctx *c, const char *server_id, const char *key, struct object_place *out)
{
	TRY(kept_server(c, server_id, &out->server));
	out->object = kept_at(c, &out->server, key);
	return OK;
}
