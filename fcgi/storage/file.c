/* Files: docs/openapi/storage.yaml. */
#include "storage/file.h"

#include <string.h>

#include "account/account.h"
#include "base/conf.h"
#include "base/str.h"
#include "base/unicode.h"
#include "reply.h"
#include "storage/address.h"
#include "storage/copy.h"
#include "storage/storage.h"
#include "storage/history.h"

#define NAME_MAX_CHARACTERS 255
#define SEARCH_PAGE 50
#define SEARCH_MAX 1000

struct upload {
	const char *name, *content_type;
	int64_t size;
};

/* A media type as it may stand in a header: type/subtype, perhaps with parameters. */
static enum err
media_type_rule(struct ctx *c, const struct field *f, const char *place, void *member)
{
	const char *type = *(const char **)member, *slash = strchr(type, '/');
	bool fine = slash != NULL && slash != type && slash[1] != '\0' &&
		    strcspn(type, " ;,\"") > (size_t)(slash - type);

	for (const char *p = type; *p != '\0'; p++)
		fine = fine && *p >= ' ' && *p <= '~';
	return fine ? OK
		    : field_error_add(c, (struct field_error){.place = place,
						 .field = f->name,
						 .kind = FIELD_ERROR_FORM,
						 .expected = "media type",
						 .words = "must be like text/plain"});
}

INPUT(storage_upload_in, struct upload,
	FIELD(struct upload, name, .must = true, .min = 1, .max = NAME_MAX_CHARACTERS,
		.rule = plain_text_rule),
	FIELD(struct upload, size, .must = true, .max = INT64_MAX),
	FIELD(struct upload, content_type, .max = 255, .rule = media_type_rule));

struct search {
	const char *q, *after;
	int64_t limit; /* 0: not said */
};

static enum err
after_rule(struct ctx *c, const struct field *f, const char *place, void *member)
{
	const char **id = member;
	const char *uuid = uuid_read(&c->arena, *id);

	if (uuid == NULL)
		return field_error_add(c, (struct field_error){.place = place,
						  .field = f->name,
						  .kind = FIELD_ERROR_FORM,
						  .expected = "uuid"});
	*id = uuid;
	return OK;
}

INPUT(storage_search_in, struct search,
	FIELD(struct search, q, .max = NAME_MAX_CHARACTERS),
	FIELD(struct search, after, .rule = after_rule),
	FIELD(struct search, limit, .min = 1, .max = SEARCH_MAX));

struct new_name {
	const char *name;
};

INPUT(storage_name_in, struct new_name,
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
storage_reply_link(struct req *r, const struct file *file, const char *address)
{
	const struct signed_link link = {*file, address};

	return reply(r, 200, signed_link_fields, &link);
}

static struct geo_point
caller(struct req *r)
{
	return geo_point_of_caller(&r->ctx, req_header(r, "X-Samovar-Position"));
}

static enum err
list_file(void *request, void *file)
{
	struct req *r = request;

	buf_addn(&r->out, r->out.used == 0 && r->sent == 0 ? "[" : ",", 1);
	fields_to_json(&r->out, file_fields, file, STYLE_KEEP_NULL);
	reply_flush(r);
	return OK;
}

/* GET /files/: 200, the actor's files. */
enum err
storage_get_files(struct req *r)
{
	reply_text(r, 200, "application/json", "", 0);
	TRY(file_list(&r->ctx, list_file, r));
	buf_add(&r->out, r->ctx.rows == 0 ? "[]" : "]");
	return OK;
}

/*
 * GET /files/search/?q=...&after=ID&limit=50: 200 {"data": [...], "next": ID or null},
 * the actor's files whose name has q in it, by creation.
 */
enum err
storage_get_files_search(struct req *r)
{
	const struct search *in = r->in;
	const char *q = NULL, *json;

	if (in->q != NULL && in->q[0] != '\0')
		q = unicode_plain_blanks(&r->ctx.arena, in->q, BLANKS_ALL);
	TRY(file_page(&r->ctx, q, in->after, in->limit == 0 ? SEARCH_PAGE : in->limit,
		&json));
	return reply_json(r, 200, json);
}

/*
 * POST /files/upload/ {"name": "a.txt", "size": 5}: 200 with the address that takes the
 * bytes. A file of that name is replaced once they have arrived. E_SERVER_NOT_FOUND: no
 * usable server. E_QUOTA
 */
enum err
storage_post_upload(struct req *r)
{
	const struct upload *in = r->in;
	struct ctx *c = &r->ctx;
	struct server server;
	struct file file;

	TRY(storage_promise_check(r, storage_upload_in.fields, NULL));
	const struct file wish = {
		.name = in->name, .size = in->size, .content_type = in->content_type};
	TRY(file_announce(c, &wish, caller(r), conf.s3_put_lifetime, &server, &file));
	return storage_reply_link(
		r, &file, address_put(c, &server, file.key, in->size));
}

/* Its bytes may be replaced between two statements: then those that came are served. */
static enum err
choose_holder(struct req *r, struct file *file, struct server *server)
{
	struct ctx *c = &r->ctx;
	const char *version = file->version_id;
	bool held = false;
	enum err e = server_for_reader(c, version, caller(r), file->size, server);

	if (e != E_SERVER_NOT_FOUND)
		return e;
	ctx_clear_error(c);
	TRY(file_any(c, file->id, file));
	if (file->version_id == NULL || str_eq(file->version_id, version)) {
		TRY(file_held(c, version, &held));
		return fail(c, held ? E_SERVER_NOT_FOUND : E_FILE_NOT_FOUND, NULL);
	}
	return server_for_reader(c, file->version_id, caller(r), file->size, server);
}

enum err
storage_download(struct req *r, struct file *file, const char **address)
{
	struct ctx *c = &r->ctx;
	struct server server;
	bool arrived = true;

	if (file->version_id == NULL)
		TRY(copy_look(c, file->id, &arrived));
	if (!arrived)
		return fail(c, E_FILE_NOT_FOUND, NULL);
	if (file->version_id == NULL)
		TRY(file_any(c, file->id, file));
	if (file->version_id == NULL)
		return fail(c, E_FILE_NOT_FOUND, NULL);
	TRY(choose_holder(r, file, &server));
	TRY(history_file(c, file->account_id, file->id, "FILE.DOWNLOADED", file->name));
	*address = address_get(c, &server, file);
	return OK;
}

/* GET /files/{uuid}/: 200 with the address that gives the bytes. E_FILE_NOT_FOUND,
 * E_SERVER_NOT_FOUND */
enum err
storage_get_file(struct req *r)
{
	struct file file;
	const char *address = NULL;

	TRY(file_own(&r->ctx, r->word[0], &file));
	TRY(storage_download(r, &file, &address));
	return storage_reply_link(r, &file, address);
}

/* GET /files/{uuid}/content: 302 to the same address, for browsers and curl -L. */
enum err
storage_get_content(struct req *r)
{
	struct file file;
	const char *address = NULL;

	TRY(file_own(&r->ctx, r->word[0], &file));
	TRY(storage_download(r, &file, &address));
	reply_header(r, "Cache-Control", "no-store");
	return reply_redirect(r, 302, address);
}

/* PUT /files/{uuid}/ {"name": "b.txt"}: 200 with the file. E_FILE_NOT_FOUND,
 * E_FILE_EXISTS
 */
enum err
storage_put_file(struct req *r)
{
	const struct new_name *in = r->in;
	struct ctx *c = &r->ctx;
	const char *old_name;
	struct file file;

	TRY(file_rename(c, r->word[0], in->name, &old_name, &file));
	TRY(history_renamed(c, c->actor, file.id, old_name, file.name));
	return reply(r, 200, file_fields, &file);
}

/* DELETE /files/{uuid}/: 204; the objects go by jobs. E_FILE_NOT_FOUND */
enum err
storage_delete_file(struct req *r)
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
storage_get_file_servers(struct req *r)
{
	const char *json;

	TRY(file_servers(&r->ctx, r->word[0], &json));
	return reply_json(r, 200, json);
}
