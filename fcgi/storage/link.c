/* Share links: docs/openapi/storage.yaml. */
#include "storage/link.h"

#include <string.h>

#include "account/limit.h"
#include "base/conf.h"
#include "base/hash.h"
#include "reply.h"
#include "storage/storage.h"
#include "storage/history.h"

#define TEN_YEARS (INT64_C(3653) * 86400)
#define PASSWORD_MAX_CHARACTERS 1000

struct new_link {
	int64_t lifetime; /* seconds, 0: for ever */
	const char *password;
};

INPUT(storage_link_in, struct new_link,
	FIELD(struct new_link, lifetime, .min = 1, .max = TEN_YEARS),
	FIELD(struct new_link, password, .as_typed = true,
		.max = PASSWORD_MAX_CHARACTERS));

struct key {
	const char *password;
};

INPUT(storage_password_in, struct key,
	FIELD(struct key, password, .as_typed = true, .max = PASSWORD_MAX_CHARACTERS));

static const char known_only[] =
	"is not known: a link may have \"lifetime\" (how many seconds it lives; "
	"without: "
	"for ever) and \"password\", and may be used any number of times";

/* Where the link's page is; its address is no member of the answer. */
static void
say_page(struct req *r, const struct link *link)
{
	size_t n = strlen(conf.site_url);

	while (n > 0 && conf.site_url[n - 1] == '/')
		n--;
	reply_header_fmt(r, "Location", "%.*s/files/%s/links/%s", (int)n, conf.site_url,
		r->word[0], link->id);
}

/*
 * POST /files/{uuid}/links/ {"lifetime": 3600, "password": "..."}: 201 with the link,
 * the address of its page in Location; both may be absent or null. E_INPUT for any
 * other member, which would promise what no link holds. E_FILE_NOT_FOUND
 */
enum err
storage_post_link(struct req *r)
{
	const struct new_link *in = r->in;
	struct ctx *c = &r->ctx;
	struct utc expire_at = {0};
	const char *hash = NULL;
	struct link link;

	TRY(storage_promise_check(r, storage_link_in.fields, known_only));
	if (in->lifetime != 0)
		expire_at = utc_after(c->now, in->lifetime);
	if (in->password != NULL && in->password[0] != '\0') {
		hash = hash_make(c, in->password);
		if (hash == NULL)
			return fail(c, E_BUG, "the password cannot be hashed");
	}
	TRY(link_add(c, r->word[0], hash, expire_at, &link));
	TRY(history_link(
		c, link.id, "FILE_SHARE_LINK.CREATED", link.file.name, link.created));
	say_page(r, &link);
	return reply(r, 201, link_fields, &link);
}

/* GET /files/{uuid}/links/: 200, newest first, expired ones too. E_FILE_NOT_FOUND */
enum err
storage_get_links(struct req *r)
{
	const char *json;

	TRY(link_list(&r->ctx, r->word[0], &json));
	return reply_json(r, 200, json);
}

/* GET /files/{uuid}/links/{uuid}/: 200 with the link, for anybody. E_FILE_NOT_FOUND,
 * E_LINK_NOT_FOUND */
enum err
storage_get_link(struct req *r)
{
	struct link link;

	TRY(link_open(&r->ctx, r->word[0], r->word[1], &link));
	return reply(r, 200, link_fields, &link);
}

#define ADDRESSES 10 /* that may try as often as one may, all together */

/* Wrong passwords count, by the address and by the link: right ones of a whole school
 * do not. Who has opened the link before is not kept out by what others guess. */
static enum err
check_password(struct req *r, const struct link *link, const char *password)
{
	struct ctx *c = &r->ctx;
	bool stale;

	if (!link->is_secured)
		return OK;
	const char *everybody = arena_fmt(&c->arena, "link:%s", link->id);
	const char *one = arena_fmt(&c->arena, "%s:%s", everybody, limit_caller(c));
	int64_t most = conf.storage_link_tries_per_minute;

	bool known = limit_knows(c, one);

	TRY(limit_tries(c, one, most));
	if (!known)
		TRY(limit_tries(c, everybody, most * ADDRESSES));
	if (password != NULL && hash_check(c, link->password, password, &stale)) {
		limit_know(c, one);
		return OK;
	}
	limit_tried(c, one);
	if (!known)
		limit_tried(c, everybody);
	return fail(c, E_DENIED, NULL);
}

/*
 * POST /files/{uuid}/links/{uuid}/ {"password": "..."}: 200 with the address of the
 * bytes, for anybody. E_FILE_NOT_FOUND, E_LINK_NOT_FOUND, E_DENIED: wrong password;
 * E_SERVER_NOT_FOUND
 */
enum err
storage_post_link_download(struct req *r)
{
	const struct key *in = r->in;
	const char *address = NULL;
	struct link link;

	TRY(link_open(&r->ctx, r->word[0], r->word[1], &link));
	TRY(check_password(r, &link, in->password));
	TRY(storage_download(r, &link.file, &address));
	return storage_reply_link(r, &link.file, address);
}

/* DELETE /files/{uuid}/links/{uuid}/: 204. E_FILE_NOT_FOUND, E_LINK_NOT_FOUND */
enum err
storage_delete_link(struct req *r)
{
	struct ctx *c = &r->ctx;
	struct link link;

	TRY(link_drop(c, r->word[0], r->word[1], &link));
	TRY(history_link(
		c, link.id, "FILE_SHARE_LINK.DELETED", link.file.name, link.created));
	return reply_empty(r, 204);
}
