#include "programme/programme.h"

#include "reply.h"

enum err
programme_not_found(struct req *r, const char *what, const char *id)
{
	return fail(&r->ctx, E_MISSING, "Объект %s с id %s не найден.", what, id);
}

/* GET /ping: 200. */
enum err
programme_get_ping(struct req *r)
{
	return reply_json(r, 200, "{\"API\":\"OK\"}");
}
