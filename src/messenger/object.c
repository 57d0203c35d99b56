#include "messenger/object.h"

#include "db/db.h"

#include "messenger/object.sql.h"

enum err
object_place(
	struct ctx *c, const char *server_id, const char *key, struct object_place *out)
{
	const char *id;

	TRY(db_json(c, &OBJECT_SERVER, &id, ARGS(c, server_id)));
	TRY(server_own(c, id, &out->server));
	out->object.site = server_site(c, &out->server);
	out->object.site.rate = 0; /* they are small */
	out->object.key = key;
	return OK;
}
