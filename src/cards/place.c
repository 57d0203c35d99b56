#include "cards/place.h"

#include "base/conf.h"
#include "db/db.h"

#include "cards/place.sql.h"

/* Room for one more; the server is chosen with the first. */
static enum err
make_room(struct ctx *c, struct placed *inout)
{
	if (inout->count == PLACED_MOST)
		return fail(c, E_BUG, "too many objects of a card");
	return inout->count == 0 ? kept_server(c, NULL, &inout->server) : OK;
}

enum err
place_put(struct ctx *c, const char *key, struct image_blob bytes, const char *type,
	struct placed *inout)
{
	struct kept *k = &inout->kept[inout->count];

	TRY(make_room(c, inout));
	*k = (struct kept){.key = key, .type = type, .size = (int64_t)bytes.size};
	const struct s3_object o = kept_at(c, &inout->server, key);
	TRY(server_answered(c, &inout->server,
		s3_put_bytes(c, &o, bytes.bytes, bytes.size, type, &k->etag)));
	inout->count++;
	return OK;
}

enum err
place_put_file(struct ctx *c, const char *key, int fd, int64_t size, const char *type,
	struct placed *inout)
{
	struct kept *k = &inout->kept[inout->count];
	struct s3_digests digests = {0};

	TRY(make_room(c, inout));
	const struct s3_object o = kept_at(c, &inout->server, key);
	TRY(server_answered(c, &inout->server, s3_put_file(c, &o, fd, size, &digests)));
	*k = (struct kept){
		.key = key, .type = type, .size = size, .etag = digests.etag};
	inout->count++;
	return OK;
}

enum err
place_keep(struct ctx *c, struct placed *inout)
{
	return kept_add(c, "card", inout->server.id, inout->kept, inout->count);
}

void
place_undo(struct ctx *c, const struct placed *placed)
{
	for (size_t i = 0; i < placed->count; i++) {
		const struct s3_object o =
			kept_at(c, &placed->server, placed->kept[i].key);

		if (s3_delete(c, &o) != OK)
			ctx_clear_error(c);
	}
}

/* The server that the bytes of a file are asked of. */
static enum err
holder(struct ctx *c, const char *file_id, struct kept_arrived *what,
	struct server *server)
{
	if (file_id == NULL)
		return fail(c, E_MISSING, NULL);
	enum err e = kept_arrived(c, file_id, what);
	if (e == E_FILE_NOT_FOUND || (e == OK && what->version_id == NULL)) {
		ctx_clear_error(c);
		return fail(c, E_MISSING, NULL);
	}
	TRY(e);
	return server_holding(c, what->version_id, (struct geo_point){.in_order = true},
		true, server);
}

enum err
place_get(struct ctx *c, const char *file_id, struct image_blob *out)
{
	struct kept_arrived what = {0};
	struct server server = {0};
	struct s3_bytes got = {0};

	TRY(holder(c, file_id, &what, &server));
	const struct s3_object o = kept_at(c, &server, what.key);
	TRY(server_answered(c, &server, s3_get_bytes(c, &o, IMAGE_MAX_BYTES, &got)));
	if (got.bytes == NULL)
		return fail(c, E_MISSING, NULL);
	*out = (struct image_blob){got.bytes, got.n};
	return OK;
}

enum err
place_address(struct ctx *c, const char *file_id, const char **out)
{
	struct kept_arrived what = {0};
	struct server server = {0};

	TRY(holder(c, file_id, &what, &server));
	const struct s3_object o = {server_public_site(c, &server), what.key};
	*out = s3_address(c, &o, "GET", NULL, 0, conf.s3_get_lifetime);
	return OK;
}

struct stray {
	const char *id;
};

static FIELDS(stray_fields, FIELD(struct stray, id));

enum err
place_sweep(struct ctx *c)
{
	struct stray *list = NULL;
	size_t count = 0;

	TRY(db_do(c, &PLACE_FORGET, ARGS(c)));
	TRY(db_many(c, &PLACE_STRAYS, stray_fields, &list, &count, ARGS(c)));
	for (size_t i = 0; i < count; i++)
		TRY(kept_drop(c, list[i].id));
	return OK;
}
