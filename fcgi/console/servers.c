/* The screen "Files and cities": the servers. */
#include "storage/server.h"

#include <sys/statvfs.h>

#include "account/audit.h"
#include "base/conf.h"
#include "base/json_out.h"
#include "base/str.h"
#include "console/console.h"
#include "db/db.h"
#include "people/caller.h"
#include "reply.h"
#include "storage/copy.h"
#include "storage/server_removal.h"
#include "storage/history.h"

#include "console/servers.sql.h"

/* Room on the disk that the cities of this host share; null where there is none. */
static const char *
disk_of_cities(struct ctx *c)
{
	struct statvfs disk;

	if (statvfs(conf.store_directory, &disk) != 0)
		return "null";
	return JSON(c, "free", disk.f_bavail * (long long)disk.f_frsize, "total",
		disk.f_blocks * (long long)disk.f_frsize);
}

/* GET /servers: 200 {"disk", "servers"}: also those that are being emptied. */
enum err
console_get_servers(struct req *r)
{
	struct ctx *c = &r->ctx;
	const char *json = NULL;

	TRY(db_json(c, &CONSOLE_SERVERS, &json, ARGS(c)));
	return console_reply(r, JSON(c, "disk", json_raw(disk_of_cities(c)), "servers",
					json_raw(json)));
}

static enum err
noted(struct ctx *c, const char *action, const char *event, const struct server *s)
{
	TRY(history_server(c, event, s));
	return audit_add(c, action, "server", s->id,
		JSON(c, "name", s->name, "is_on", s->is_on, "is_active", s->is_active,
			"address", authority_text(&c->arena, s->host, s->port)));
}

/* POST /servers: 201 with the server, which is asked at once whether it answers.
 * E_SERVER_EXISTS. */
enum err
console_post_server(struct req *r)
{
	struct server server = *(const struct server *)r->in;
	struct ctx *c = &r->ctx;

	TRY(server_add(c, &server));
	TRY(noted(c, "server.add", "CDN_SERVER.CREATED", &server));
	TRY(copy_fill_server(c, &server));
	return reply(r, 201, server_fields, &server);
}

/* PUT /servers/{uuid}, If-Match: 200 with the server. E_CHANGED, E_SERVER_NOT_FOUND,
 * E_SERVER_EXISTS. */
enum err
console_put_server(struct req *r)
{
	struct server server = *(const struct server *)r->in;
	struct ctx *c = &r->ctx;
	int64_t seen = 0, version = 0;

	server.id = r->word[0];
	TRY(people_seen_version(r, &seen));
	TRY(db_int(c, &CONSOLE_SERVER_VERSION, &version, ARGS(c, server.id)));
	if (seen != 0 && seen != version)
		return fail(c, E_CHANGED, NULL);
	TRY(server_change(c, &server));
	TRY(noted(c, "server.change", "CDN_SERVER.UPDATED", &server));
	TRY(copy_fill_server(c, &server));
	return reply(r, 200, server_fields, &server);
}

struct leave_body {
	bool leaves;
};

INPUT(console_leave_in, struct leave_body,
	FIELD(struct leave_body, leaves, .must = true));

/* PUT /servers/{uuid}/leaving {"leaves"}: 204; it takes nothing new, and what is only
 * there is copied elsewhere. E_SERVER_NOT_FOUND. */
enum err
console_put_leaving(struct req *r)
{
	const struct leave_body *in = r->in;
	struct ctx *c = &r->ctx;

	TRY(in->leaves ? server_leave(c, r->word[0]) : server_stay(c, r->word[0]));
	TRY(audit_add(c, in->leaves ? "server.leave" : "server.stay", "server",
		r->word[0], NULL));
	return reply_empty(r, 204);
}

/* DELETE /servers/{uuid}: 204; its objects go by jobs. E_SERVER_NOT_FOUND,
 * E_SERVER_NEEDED. */
enum err
console_delete_server(struct req *r)
{
	struct server server = {0};
	struct ctx *c = &r->ctx;

	TRY(server_drop(c, r->word[0], false, &server));
	TRY(noted(c, "server.delete", "CDN_SERVER.DELETED", &server));
	return reply_empty(r, 204);
}
