#include "cards/place.h"

#include <string.h>

#include "base/conf.h"
#include "base/str.h"
#include "db/db.h"
#include "s3/client.h"
#include "storage/server.h"

#include "cards/place.sql.h"

#define COPIES 2

struct id {
	const char *id;
};

static FIELDS(id_fields, FIELD(struct id, id));

static enum err
object_on(struct ctx *c, const char *id, const char *key, bool public,
	struct server *server, struct s3_object *out)
{
	TRY(server_own(c, id, server));
	out->site = public ? server_public_site(c, server) : server_site(c, server);
	out->site.rate = 0; /* they are small */
	out->key = key;
	return OK;
}

static enum err
put_on(struct ctx *c, const char *id, const char *key, int64_t card,
	struct image_blob bytes, const char *type)
{
	struct server server = {0};
	struct s3_object object = {0};
	const char *md5;

	TRY(object_on(c, id, key, false, &server, &object));
	TRY(db_do(c, &PLACE_NOTE, ARGS(c, key, id, card, c->now)));
	return server_answered(c, &server,
		s3_put_bytes(c, &object, bytes.bytes, bytes.size, type, &md5));
}

enum err
place_put(struct ctx *c, const char *key, int64_t card, struct image_blob bytes,
	const char *type, const char **servers)
{
	struct id *ids = NULL;
	size_t count = 0, put = 0;
	struct buf took = {.arena = &c->arena};
	enum err last = OK;

	TRY(db_many(c, &PLACE_SERVERS, id_fields, &ids, &count, ARGS(c)));
	buf_add(&took, "{");
	for (size_t i = 0; i < count && put < COPIES; i++) {
		enum err e = put_on(c, ids[i].id, key, card, bytes, type);

		if (e == OK)
			buf_fmt(&took, "%s%s", put++ == 0 ? "" : ",", ids[i].id);
		else if (e != E_SERVER_DOWN && e != E_PEER)
			return e;
		else {
			last = e;
			ctx_forgive(c);
		}
	}
	buf_add(&took, "}");
	*servers = buf_text(&took);
	if (put > 0)
		return OK;
	return last == OK ? fail(c, E_SERVER_NOT_FOUND,
				    "there is no server for the pictures of cards")
			  : fail(c, last, "no server took the picture of a card");
}

static enum err
put_file_on(struct ctx *c, const char *id, const char *key, int fd, int64_t size)
{
	struct server server = {0};
	struct s3_object object = {0};
	struct s3_digests digests;

	TRY(object_on(c, id, key, false, &server, &object));
	TRY(db_do(c, &PLACE_NOTE, ARGS(c, key, id, (int64_t)0, c->now)));
	return server_answered(c, &server, s3_put_file(c, &object, fd, size, &digests));
}

enum err
place_put_file(
	struct ctx *c, const char *key, int fd, int64_t size, const char **servers)
{
	struct id *ids = NULL;
	size_t count = 0;

	TRY(db_many(c, &PLACE_SERVERS, id_fields, &ids, &count, ARGS(c)));
	for (size_t i = 0; i < count; i++) {
		enum err e = put_file_on(c, ids[i].id, key, fd, size);

		*servers = arena_fmt(&c->arena, "{%s}", ids[i].id);
		if (e != E_SERVER_DOWN && e != E_PEER)
			return e;
		ctx_forgive(c);
	}
	return fail(c, E_SERVER_NOT_FOUND, "no server takes files of cards");
}

enum err
place_get(struct ctx *c, const char *servers, const char *key, struct image_blob *out)
{
	struct server server = {0};
	struct s3_object object = {0};
	struct s3_bytes got = {0};
	const char *id = "";

	TRY(db_json(c, &PLACE_HOLDER, &id, ARGS(c, servers)));
	if (id == NULL || id[0] == '\0')
		return fail(c, E_MISSING, NULL);
	TRY(object_on(c, id, key, false, &server, &object));
	TRY(server_answered(
		c, &server, s3_get_bytes(c, &object, IMAGE_MAX_BYTES, &got)));
	if (got.bytes == NULL)
		return fail(c, E_MISSING, NULL);
	*out = (struct image_blob){got.bytes, got.n};
	return OK;
}

enum err
place_address(struct ctx *c, const char *servers, const char *key, bool public,
	const char **out)
{
	struct server server = {0};
	struct s3_object object = {0};
	const char *id = "";

	TRY(db_json(c, &PLACE_HOLDER, &id, ARGS(c, servers)));
	if (id == NULL || id[0] == '\0')
		return fail(c, E_MISSING, NULL);
	TRY(object_on(c, id, key, public, &server, &object));
	*out = s3_address(c, &object, "GET", NULL, 0, conf.s3_get_lifetime);
	return OK;
}
