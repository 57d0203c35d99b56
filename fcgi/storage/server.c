/* CDN servers: docs/openapi/storage.yaml. */
#include "storage/server.h"

#include <string.h>

#include "account/account.h"
#include "net/authority.h"
#include "reply.h"
#include "storage/copy.h"
#include "storage/server_removal.h"
#include "storage/storage.h"
#include "storage/history.h"

/* A name becomes part of routing keys and of the source of events. */
static enum err
name_rule(struct ctx *c, const struct field *f, const char *place, void *member)
{
	if (server_name_valid(*(const char **)member))
		return OK;
	return field_error_add(
		c, (struct field_error){.place = place,
			   .field = f->name,
			   .kind = FIELD_ERROR_FORM,
			   .expected = "server name",
			   .words = "only letters, digits, _ and - are allowed"});
}

static enum err
host_rule(struct ctx *c, const struct field *f, const char *place, void *member)
{
	if (authority_host_valid(*(const char **)member))
		return OK;
	return field_error_add(
		c, (struct field_error){.place = place,
			   .field = f->name,
			   .kind = FIELD_ERROR_FORM,
			   .expected = "host",
			   .words = "must be a host name or an address"});
}

/* Servers of one zone hold each other's files: no zone at all would be one, too. */
INPUT(storage_server_in, struct server,
	FIELD(struct server, name, .must = true, .min = 1, .max = 64,
		.rule = name_rule),
	FIELD(struct server, host, .must = true, .min = 1, .max = 255,
		.rule = host_rule),
	FIELD(struct server, port, .must = true, .min = 1, .max = 65535),
	FIELD(struct server, location, .must = true, .min = 1, .max = 255,
		.rule = plain_text_rule),
	FIELD(struct server, zone, .must = true, .min = 1, .max = 255,
		.rule = plain_text_rule),
	FIELD(struct server, latitude, .must = true, .min = -90, .max = 90),
	FIELD(struct server, longitude, .must = true, .min = -180, .max = 180),
	FIELD(struct server, is_on, .must = true),
	FIELD(struct server, is_active, .must = true));

/* GET /servers/: 200, all servers in any state, by zone and name. */
enum err
storage_get_servers(struct req *r)
{
	const char *json;

	TRY(server_list(&r->ctx, &json));
	return reply_json(r, 200, json);
}

/* POST /servers/: 201 with the server. E_SERVER_EXISTS */
enum err
storage_post_server(struct req *r)
{
	struct server server = *(const struct server *)r->in;
	struct ctx *c = &r->ctx;

	TRY(server_add(c, &server));
	TRY(history_server(c, "CDN_SERVER.CREATED", &server));
	TRY(copy_fill_server(c, &server));
	return reply(r, 201, server_fields, &server);
}

/* PUT /servers/{uuid}/: 200 with the server, all nine members replaced.
 * E_SERVER_NOT_FOUND, E_SERVER_EXISTS */
enum err
storage_put_server(struct req *r)
{
	struct server server = *(const struct server *)r->in;
	struct ctx *c = &r->ctx;

	server.id = r->word[0];
	TRY(server_change(c, &server));
	TRY(history_server(c, "CDN_SERVER.UPDATED", &server));
	TRY(copy_fill_server(c, &server));
	return reply(r, 200, server_fields, &server);
}

/* DELETE /servers/{uuid}/: 204, its objects go by jobs. E_SERVER_NOT_FOUND,
 * E_SERVER_NEEDED: some files are nowhere else */
enum err
storage_delete_server(struct req *r)
{
	struct server server;
	struct ctx *c = &r->ctx;

	TRY(server_drop(c, r->word[0], false, &server));
	TRY(history_server(c, "CDN_SERVER.DELETED", &server));
	return reply_empty(r, 204);
}
