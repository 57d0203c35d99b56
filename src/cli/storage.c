#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "account/account.h"
#include "base/conf.h"
#include "base/str.h"
#include "cli/commands.h"
#include "cli/progress.h"
#include "db/db.h"
#include "net/authority.h"
#include "s3/client.h"
#include "storage/copy.h"
#include "storage/ask_job.h"
#include "storage/server_removal.h"
#include "storage/file.h"
#include "storage/reconcile.h"
#include "storage/server.h"
#include "store/disk.h"
#include "store/scrub.h"

#include "cli/storage.sql.h"

#define PAGE 500
#define STALL_SECONDS 120 /* without any progress a decommission gives up waiting */

static enum err
the_server(struct call *call, const char *name, struct server *out)
{
	struct ctx *c = &call->ctx;
	struct server *list;
	size_t count;

	*out = (struct server){0};
	TRY(server_named(c, name, &list, &count));
	if (count == 0)
		return fail(c, E_SERVER_NOT_FOUND, "no server %s", name);
	*out = list[0];
	return OK;
}

/* The account <name>, or the one that --account names; 0 for none. */
static enum err
the_owner(struct call *call, const char *word, int64_t *id)
{
	struct account account = {0};

	if (call_arg(call, word) != NULL)
		TRY(call_account(call, word, &account));
	*id = account.id;
	return OK;
}

enum err
storage_servers_cmd(struct call *call)
{
	return call_table(call, &STORAGE_SERVER_TABLE, ARGS(&call->ctx), "no servers");
}

static enum err
yes_or_no(struct call *call, const char *word, const char **out)
{
	*out = call_arg(call, word);
	return *out == NULL || str_in(*out, "yes no")
		       ? OK
		       : fail(&call->ctx, E_INPUT, "%s: yes or no", word);
}

enum err
storage_server_cmd(struct call *call)
{
	struct ctx *c = &call->ctx;
	const char *tls, *virtual_host, *rate = call_arg(call, "rate");
	const char *url = call_arg(call, "public-url"),
		   *region = call_arg(call, "region");
	struct authority address;
	int64_t number = 0;

	TRY(yes_or_no(call, "tls", &tls));
	TRY(yes_or_no(call, "virtual-host", &virtual_host));
	TRY(call_number(call, "rate", 0, INT64_MAX, &number));
	if (url != NULL && !str_eq(url, "none") &&
		(!authority_of_url(&c->arena, url, &address) ||
			strchr(strstr(url, "://") + 3, '/') != NULL))
		return fail(c, E_INPUT, "public-url: http://host[:port], or none");
	if (region != NULL &&
		(region[0] == '\0' || strlen(region) > 63 ||
			strspn(region, "abcdefghijklmnopqrstuvwxyz0123456789-_") !=
				strlen(region)))
		return fail(c, E_INPUT,
			"region: small letters, digits and - only, or none");
	TRY(db_do(c, &STORAGE_SERVER_SET,
		ARGS(c, call_arg(call, "name"), url, region, tls, virtual_host, rate,
			c->now)));
	puts("done");
	return OK;
}

enum err
storage_files_cmd(struct call *call)
{
	struct ctx *c = &call->ctx;
	int64_t owner, limit = 100;

	TRY(the_owner(call, "account", &owner));
	TRY(call_number(call, "limit", 1, 100000, &limit));
	return call_table(call, &STORAGE_FILE_TABLE,
		ARGS(c, owner, call_arg(call, "name"), limit, call_flag(call, "lost")),
		"no files");
}

enum err
storage_parked_cmd(struct call *call)
{
	struct ctx *c = &call->ctx;
	int64_t limit = 20;

	TRY(call_number(call, "limit", 1, 100000, &limit));
	return call_table(
		call, &STORAGE_PARKED_TABLE, ARGS(c, limit), "no parked messages");
}

enum err
storage_quota_cmd(struct call *call)
{
	struct ctx *c = &call->ctx;
	const char *bytes = call_arg(call, "bytes");
	int64_t owner, n = -1;
	struct usage usage;

	TRY(the_owner(call, "name", &owner));
	if (bytes != NULL && !str_eq(bytes, "none")) {
		TRY(call_number(call, "bytes", 0, INT64_MAX, &n));
		if (n < 0)
			return fail(c, E_INPUT, "bytes: a number, or none");
	}
	if (bytes != NULL)
		TRY(file_set_quota(c, owner, n));
	TRY(file_usage(c, owner, &usage));
	printf("%" PRId64 " bytes used", usage.used);
	if (usage.quota > 0)
		printf(" of %" PRId64 "\n", usage.quota);
	else
		puts(", no quota");
	return OK;
}

enum err
storage_recount_cmd(struct call *call)
{
	struct ctx *c = &call->ctx;
	struct db_table wrong;

	TRY(db_begin(c));
	TRY(db_end(c, file_recount(c, &wrong)));
	call_table_print(call, &wrong, "every account is counted right");
	return OK;
}

/* A copy to be looked at. */
struct copy {
	const char *version_id, *key, *etag, *sha256, *server_id;
	int64_t size;
};

static FIELDS(copy_fields, FIELD(struct copy, version_id), FIELD(struct copy, key),
	FIELD(struct copy, etag), FIELD(struct copy, sha256),
	FIELD(struct copy, server_id), FIELD(struct copy, size));

/* What is wrong with a copy; NULL: nothing. */
static const char *
verdict(struct ctx *c, const struct copy *copy, const struct server *s, bool deep)
{
	const struct s3_object o = {server_site(c, s), copy->key};
	struct s3_digests d = {0};
	struct s3_state state = {0};
	enum err e = deep ? s3_read(c, &o, &d) : s3_head(c, &o, &state);

	if (e != OK) {
		const char *why =
			c->why == NULL ? err_sentence(e) : arena_str(&c->arena, c->why);
		ctx_clear_error(c);
		return why;
	}
	if (deep)
		state = (struct s3_state){d.found, d.size, d.etag};
	if (!state.found)
		return "is not there";
	if (state.size != copy->size)
		return "has another size";
	if (state.etag != NULL && copy->etag != NULL && !str_eq(state.etag, copy->etag))
		return "has another ETag";
	if (deep && copy->sha256 != NULL && !str_eq(d.sha256, copy->sha256))
		return "has other bytes";
	if (deep && copy->etag != NULL && strlen(copy->etag) == 32 &&
		!str_eq(d.md5, copy->etag))
		return "has other bytes than its ETag says";
	return NULL;
}

/* One page, in a ctx of its own: a million copies do not stay in memory. */
static enum err
verify_page(struct call *call, char last[2][40], struct progress *bar, int64_t *done,
	int64_t *bad, size_t *count)
{
	bool deep = call_flag(call, "deep");
	struct copy *list;
	struct ctx c;

	ctx_start(&c, call->ctx.db, call->ctx.cache);
	enum err e = db_many(&c, &STORAGE_COPIES, copy_fields, &list, count,
		ARGS(&c, call_arg(call, "server"), last[0][0] == '\0' ? NULL : last[0],
			last[1][0] == '\0' ? NULL : last[1]));
	for (size_t i = 0; e == OK && i < *count; i++) {
		struct server s;
		const char *wrong;

		e = server_own(&c, list[i].server_id, &s);
		if (e != OK)
			break;
		wrong = verdict(&c, &list[i], &s, deep);
		if (wrong != NULL) {
			if (deep)
				e = copy_doubt(&c, s.id, list[i].key);
			progress_end(bar);
			printf("%s %s: %s\n", s.name, list[i].key, wrong);
			++*bad;
		}
		progress_show(bar, ++*done);
		snprintf(last[0], 40, "%s", list[i].version_id);
		snprintf(last[1], 40, "%s", list[i].server_id);
	}
	if (e != OK)
		fail(&call->ctx, e, "%s", c.why == NULL ? err_sentence(e) : c.why);
	ctx_end(&c);
	return e;
}

enum err
storage_verify_cmd(struct call *call)
{
	struct ctx *c = &call->ctx;
	const char *name = call_arg(call, "server");
	struct progress bar = {.what = "copies"};
	char last[2][40] = {"", ""};
	int64_t done = 0, bad = 0;
	struct server server;
	size_t count = PAGE;

	if (name != NULL)
		TRY(the_server(call, name, &server));
	TRY(db_int(c, &STORAGE_COPY_COUNT, &bar.total, ARGS(c, name)));
	while (count == PAGE)
		TRY(verify_page(call, last, &bar, &done, &bad, &count));
	progress_end(&bar);
	printf("%" PRId64 " copies, %" PRId64 " not as they should be\n", done, bad);
	return bad == 0 ? OK
			: fail(c, E_CONFLICT,
				  "\"samovarctl storage reconcile\" mends what can be "
				  "mended");
}

static bool
show_objects(void *bar, int64_t objects)
{
	progress_show(bar, objects);
	return true;
}

/* The files of a city of the embedded store. */
static enum err
look_at_disk(struct call *call, const struct server *s, struct progress *bar,
	struct scrub_found *found)
{
	struct ctx *c = &call->ctx;
	const char *city;

	*found = (struct scrub_found){0};
	TRY(db_json(c, &STORAGE_CITY, &city, ARGS(c, s->id)));
	return city == NULL ? OK : scrub_look(c, city, show_objects, bar, found);
}

static enum err
reconcile_one(struct call *call, const struct server *s)
{
	struct progress bar = {.what = s->name};
	struct scrub_found found;
	struct reconciled r;

	enum err e = look_at_disk(call, s, &bar, &found);
	if (e == OK)
		e = reconcile_server(&call->ctx, s, show_objects, &bar, &r);
	progress_end(&bar);
	if (e != OK) {
		printf("%s: %s\n", s->name,
			call->ctx.why == NULL ? err_sentence(e) : call->ctx.why);
		return e;
	}
	printf("%s: %" PRId64 " objects, %" PRId64 " unheard, %" PRId64
	       " lost, %" PRId64 " altered, %" PRId64 " doomed, %" PRId64
	       " orphans, %" PRId64 " uploads given up, %" PRId64
	       " damaged on its disk, %" PRId64 " right again\n",
		s->name, r.objects, r.unheard, r.lost, r.altered, r.doomed, r.orphans,
		r.uploads, r.damaged, found.mended);
	return OK;
}

enum err
storage_reconcile_cmd(struct call *call)
{
	struct ctx *c = &call->ctx;
	const char *name = call_arg(call, "server");
	struct server one, *all = &one;
	size_t count = 1, failed = 0;

	if (name != NULL)
		TRY(the_server(call, name, &one));
	else
		TRY(server_all_on(c, &all, &count));
	for (size_t i = 0; i < count; i++)
		if (reconcile_one(call, &all[i]) != OK) {
			failed++;
			ctx_clear_error(c);
		}
	return failed == 0 ? OK
			   : fail(c, E_PEER, "%zu servers could not be looked through",
				     failed);
}

enum err
storage_new_disk_cmd(struct call *call)
{
	struct ctx *c = &call->ctx;
	struct progress bar = {.what = "objects"};
	struct scrub_found found;
	struct server s;
	const char *city;

	TRY(the_server(call, call_arg(call, "name"), &s));
	TRY(db_json(c, &STORAGE_CITY, &city, ARGS(c, s.id)));
	if (city == NULL)
		return fail(c, E_INPUT, "%s is no city of the embedded store", s.name);
	if (!disk_is_open(c, city))
		return fail(c, E_BUSY,
			"the folder of %s is away: mount its disk, restart nginx, say "
			"it again",
			city);
	if (disk_is_bare(c, city))
		TRY(disk_adopt(c, city));
	TRY(scrub_look(c, city, show_objects, &bar, &found));
	progress_end(&bar);
	printf("%" PRId64 " objects, %" PRId64
	       " are not there: they are copied again from where they are\n",
		found.objects, found.damaged);
	return OK;
}

static enum err
objects_left(struct ctx *c, const char *id, int64_t *count)
{
	return db_int(c, &STORAGE_LEFT, count, ARGS(c, id));
}

/* Waits until a count is 0; gives the orders anew from time to time. */
static enum err
until_none(struct call *call, const char *id, const char *what,
	enum err (*count)(struct ctx *c, const char *id, int64_t *left),
	enum err (*order)(struct ctx *c, const char *id))
{
	const struct timespec pause = {.tv_nsec = 200000000};
	struct progress bar = {.what = what};
	int64_t left = 0, before = -1, still = 0;

	for (int turn = 0;; turn++) {
		struct ctx c;

		ctx_start(&c, call->ctx.db, call->ctx.cache);
		enum err e = count(&c, id, &left);
		if (e == OK && left > 0 && turn % 50 == 0)
			e = order(&c, id);
		if (e != OK)
			fail(&call->ctx, e, "%s",
				c.why == NULL ? err_sentence(e) : c.why);
		ctx_end(&c);
		if (bar.total < left)
			bar.total = left;
		if (e != OK || left == 0)
			break;
		still = left == before ? still + 1 : 0;
		before = left;
		progress_show(&bar, bar.total - left);
		if (still > STALL_SECONDS * 5) {
			fail(&call->ctx, E_BUSY,
				"nothing has moved for %d s, %" PRId64
				" left: does samovar-worker run? Say it again to go on",
				STALL_SECONDS, left);
			break;
		}
		nanosleep(&pause, NULL);
	}
	progress_end(&bar);
	return call->ctx.err;
}

/* Takes nothing new from now on; what is nowhere else moves. */
static enum err
empty(struct call *call, const struct server *s)
{
	struct ctx *c = &call->ctx;

	TRY(server_leave(c, s->id));
	TRY(until_none(
		call, s->id, "files to move", server_sole_copies, copy_order_moves));
	puts("every file is elsewhere too");
	return OK;
}

static enum err
drop(struct call *call, struct server *s)
{
	struct ctx *c = &call->ctx;

	TRY(db_begin(c));
	return db_end(c, server_drop(c, s->id, call_flag(call, "leave-objects"), s));
}

/* The row of a deleted server goes with its last object, if no upload may come. */
static enum err
until_gone(struct call *call, const char *id)
{
	struct ctx *c = &call->ctx;
	struct server s;

	enum err e = server_own(c, id, &s);
	if (e == OK && s.is_down)
		return fail(c, E_SERVER_DOWN,
			"%s does not answer: its objects are removed once it does, or "
			"left there after some days",
			s.name);
	if (e == OK) {
		TRY(until_none(call, id, "objects to remove", objects_left,
			server_clean_later));
		puts("its objects are removed");
		e = server_own(c, id, &s);
	}
	if (e == OK)
		puts("its row goes when no upload link leads there any more");
	else if (e == E_SERVER_NOT_FOUND)
		ctx_clear_error(c);
	else
		return e;
	return OK;
}

enum err
storage_decommission_cmd(struct call *call)
{
	struct ctx *c = &call->ctx;
	struct server s;

	TRY(the_server(call, call_arg(call, "name"), &s));
	if (call_flag(call, "cancel")) {
		if (s.is_deleted)
			return fail(
				c, E_CONFLICT, "%s is deleted: add it again", s.name);
		TRY(server_stay(c, s.id));
		puts("it stays");
		return OK;
	}
	if (!s.is_deleted)
		TRY(empty(call, &s));
	if (!s.is_deleted || call_flag(call, "leave-objects"))
		TRY(drop(call, &s));
	TRY(until_gone(call, s.id));
	printf("%s is no more\n", call_arg(call, "name"));
	return OK;
}
