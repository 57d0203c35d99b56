/* Files: contracts/storage.md 4.3, 1 to 6. */
#include "storage/file.h"

#include "account/account.h"
#include "base/conf.h"
#include "reply.h"
#include "storage/address.h"
#include "storage/copy.h"
#include "storage/handlers.h"
#include "storage/history.h"

#define NAME_MAX_CHARACTERS 255

struct upload {
	const char *name;
	int64_t size;
};

INPUT(upload_in, struct upload,
	FIELD(struct upload, name, .must = true, .min = 1, .max = NAME_MAX_CHARACTERS,
		.rule = plain_text_rule),
	FIELD(struct upload, size, .must = true, .max = INT64_MAX));

struct new_name {
	const char *name;
};

INPUT(name_in, struct new_name,
	FIELD(struct new_name, name, .must = true, .min = 1, .max = NAME_MAX_CHARACTERS,
		.rule = plain_text_rule));

/* The wire's Link. */
struct signed_link {
	struct file file;
	const char *link;
};

static FIELDS(signed_link_fields, FIELD_OBJ(struct signed_link, file, file_fields),
	FIELD(struct signed_link, link));

enum err
reply_link(struct req *r, const struct file *file, const char *address)
{
	const struct signed_link link = {*file, address};

	return reply(r, 200, signed_link_fields, &link, STYLE_KEEP_NULL);
}

static struct place
caller(struct req *r)
{
	return place_of_caller(&r->ctx, req_header(r, "X-Samovar-Position"));
}

/* GET /files/: 200, the actor's files. */
enum err
get_files(struct req *r)
{
	const char *json;

	TRY(file_list(&r->ctx, &json));
	return reply_json(r, 200, json);
}

/*
 * POST /files/upload/ {"name": "a.txt", "size": 5}: 200 with the address that takes the
 * bytes. A file of that name is replaced once they have arrived. E_SERVER_GONE: no
 * usable server.
 */
enum err
post_upload(struct req *r)
{
	const struct upload *in = r->in;
	struct ctx *c = &r->ctx;
	struct server server;
	struct file file;

	TRY(server_nearest(c, caller(r), &server));
	TRY(file_announce(
		c, in->name, in->size, server.id, conf.s3_put_lifetime, &file));
	TRY(history_file(c, file.account_id, file.id, "FILE.UPLOADED", file.name));
	return reply_link(r, &file, address_put(c, &server, file.key));
}

enum err
download(struct req *r, struct file *file, const char **address)
{
	struct ctx *c = &r->ctx;
	struct server server;
	bool arrived = true;

	if (file->version_id == NULL)
		TRY(copy_look(c, file->id, &arrived));
	if (!arrived)
		return fail(c, E_FILE_GONE, NULL);
	if (file->version_id == NULL)
		TRY(file_any(c, file->id, file));
	if (file->version_id == NULL)
		return fail(c, E_FILE_GONE, NULL);
	TRY(server_holding(c, file->version_id, caller(r), &server));
	TRY(history_file(c, file->account_id, file->id, "FILE.DOWNLOADED", file->name));
	*address = address_get(c, &server, file);
	return OK;
}

/* GET /files/{uuid}/: 200 with the address that gives the bytes. E_FILE_GONE,
 * E_SERVER_GONE */
enum err
get_file(struct req *r)
{
	struct file file;
	const char *address = NULL;

	TRY(file_own(&r->ctx, r->word[0], &file));
	TRY(download(r, &file, &address));
	return reply_link(r, &file, address);
}

/* GET /files/{uuid}/content: 302 to the same address, for browsers and curl -L. */
enum err
get_content(struct req *r)
{
	struct file file;
	const char *address = NULL;

	TRY(file_own(&r->ctx, r->word[0], &file));
	TRY(download(r, &file, &address));
	reply_header(r, "Cache-Control", "no-store");
	return reply_redirect(r, 302, address);
}

/* PUT /files/{uuid}/ {"name": "b.txt"}: 200 with the file. E_FILE_GONE, E_FILE_EXISTS
 */
enum err
put_file(struct req *r)
{
	const struct new_name *in = r->in;
	struct ctx *c = &r->ctx;
	const char *old_name;
	struct file file;

	TRY(file_rename(c, r->word[0], in->name, &old_name, &file));
	TRY(history_renamed(c, c->actor, file.id, old_name, file.name));
	return reply(r, 200, file_fields, &file, STYLE_KEEP_NULL);
}

/* DELETE /files/{uuid}/: 204; the objects go by jobs. E_FILE_GONE */
enum err
delete_file(struct req *r)
{
	struct ctx *c = &r->ctx;
	struct file file;

	TRY(file_delete(c, r->word[0], &file));
	TRY(history_file(c, c->actor, file.id, "FILE.DELETED", file.name));
	return reply_empty(r, 204);
}

/* GET /files/{uuid}/servers/: 200, the servers that hold it; [] for a file that is not
 * the actor's. */
enum err
get_file_servers(struct req *r)
{
	const char *json;

	TRY(file_servers(&r->ctx, r->word[0], &json));
	return reply_json(r, 200, json);
}
