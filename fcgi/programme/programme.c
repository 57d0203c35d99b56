#include "programme/programme.h"

#include "reply.h"

/* GET /ping: 200. */
enum err
programme_get_ping(struct req *r)
{
	return reply_json(r, 200, "{\"API\":\"OK\"}");
}
