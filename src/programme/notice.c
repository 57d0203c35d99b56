#include "programme/notice.h"

#include <inttypes.h>
#include <string.h>

#include "account/audit.h"
#include "base/conf.h"
#include "base/json_out.h"
#include "base/secret.h"
#include "base/rand.h"
#include "base/str.h"
#include "db/db.h"
#include "programme/task_date.h"

#include "programme/notice.sql.h"

#define LIFETIME (60 * 60) /* seconds of a token */
#define NONCE 8            /* bytes: what makes a token that of one message */

struct people {
	int64_t count, unreachable;
	const char *digest; /* of who they are */
};

static FIELDS(people_fields, FIELD(struct people, count),
	FIELD(struct people, unreachable), FIELD(struct people, digest));

static FIELDS(sent_fields, FIELD(struct notice, count), FIELD(struct notice, send_at));

/* {id,id} for PostgreSQL, NULL for all. */
static const char *
ids_of(struct ctx *c, const struct notice *n)
{
	struct buf b = {.arena = &c->arena};

	for (size_t i = 0; i < n->members.count; i++)
		buf_fmt(&b, "%s%s", i == 0 ? "{" : ",", n->members.list[i]);
	if (b.used > 0)
		buf_add(&b, "}");
	return b.text;
}

static enum err
look_up(struct ctx *c, struct notice *n, struct people *out)
{
	*out = (struct people){0};
	if (n->is_quiet)
		n->send_at = notice_time(n->send_at.us == 0 ? c->now : n->send_at);
	TRY(db_one(c, &NOTICE_PEOPLE, people_fields, out,
		ARGS(c, n->shift_id, n->status, ids_of(c, n), n->city, n->is_unreported,
			programme_task_date(c->now))));
	n->count = out->count;
	n->unreachable = out->unreachable;
	return OK;
}

/* "moment.nonce.mac": signed are all that the message is. */
static const char *
token(struct ctx *c, const struct notice *n, const struct people *p, int64_t moment,
	const char *nonce)
{
	const char *signed_text =
		arena_fmt(&c->arena, "notice\n%s\n%s\n%" PRId64 "\n%s\n%s", n->shift_id,
			p->digest, moment, nonce, n->text);
	unsigned char mac[32];

	secret_mac(0, signed_text, mac);
	return arena_fmt(&c->arena, "%" PRId64 ".%s.%s", moment, nonce,
		hex_text(&c->arena, mac, sizeof(mac)));
}

enum err
notice_count(struct ctx *c, struct notice *n)
{
	struct people people;

	TRY(look_up(c, n, &people));
	n->confirm = token(
		c, n, &people, c->now.us / US_PER_SECOND, rand_hex(&c->arena, NONCE));
	return OK;
}

/* The moment and the nonce of a token; false if it has no such form. */
static bool
read_token(struct ctx *c, const char *confirm, int64_t *moment, const char **nonce)
{
	const char *dot = strchr(confirm, '.');

	if (dot == NULL || strlen(dot) < 2 + 2 * NONCE ||
		!int_read(arena_strn(&c->arena, confirm, (size_t)(dot - confirm)),
			moment))
		return false;
	*nonce = arena_strn(&c->arena, dot + 1, 2 * (size_t)NONCE);
	return true;
}

/* Is it what these parts make, and not too old? */
static bool
is_good(struct ctx *c, const struct notice *n, const struct people *p,
	const char *confirm, int64_t moment, const char *nonce)
{
	int64_t now = c->now.us / US_PER_SECOND;

	return moment <= now + 60 && moment >= now - LIFETIME &&
	       str_same_secret(confirm, token(c, n, p, moment, nonce));
}

static enum err
audit(struct ctx *c, const struct notice *n)
{
	return audit_add(c, "shift.message", "shift", n->shift_id,
		JSON(c, "count", n->added, "text", n->text));
}

enum err
notice_send(struct ctx *c, struct notice *n, const char *confirm)
{
	const char *nonce = NULL;
	struct people people;
	int64_t moment = 0;
	bool has_form = read_token(c, confirm, &moment, &nonce), found = false;

	/* Before the people, who may be others since: have reported, have left. */
	if (has_form)
		TRY(db_maybe(c, &NOTICE_SENT, sent_fields, n, &found,
			ARGS(c, nonce, n->text, n->shift_id, c->actor)));
	if (found)
		return OK;
	TRY(look_up(c, n, &people));
	if (!has_form || !is_good(c, n, &people, confirm, moment, nonce))
		return fail(c, E_CONFLICT,
			"Текст или состав получателей изменились либо подтверждение "
			"устарело: проверьте число получателей ещё раз.");
	TRY(db_do(c, &NOTICE_ADD,
		ARGS(c, n->shift_id, n->status, ids_of(c, n), n->city, n->is_unreported,
			programme_task_date(c->now), nonce, n->text, n->send_at,
			c->actor, people.count)));
	n->added = c->rows;
	return n->added > 0 ? audit(c, n) : OK;
}

struct utc
notice_time(struct utc at)
{
	int64_t from = conf.programme_quiet_from, until = conf.programme_quiet_until;
	int hour = utc_hour(at);
	bool over_midnight = from > until;
	bool quiet = over_midnight ? hour >= from || hour < until
				   : hour >= from && hour < until;

	if (!quiet)
		return at;
	return date_at(date_after(utc_date(at), over_midnight && hour >= from ? 1 : 0),
		(int)until, 0);
}

enum err
notice_try(struct ctx *c, const char *text)
{
	TRY(db_do(c, &NOTICE_TRY, ARGS(c, c->actor, rand_hex(&c->arena, NONCE), text)));
	return c->rows > 0 ? OK : fail(c, E_UNLINKED, NULL);
}

static enum err
audit_of(struct ctx *c, const char *action, int64_t id, int64_t count)
{
	return audit_add(c, action, "broadcast", arena_fmt(&c->arena, "%" PRId64, id),
		JSON(c, "messages", count));
}

enum err
notice_stop(struct ctx *c, int64_t id, int64_t *count)
{
	const char *found;

	TRY(db_json(c, &NOTICE_STOP, &found, ARGS(c, id, c->now)));
	TRY(db_do(c, &NOTICE_DROP_WAITING, ARGS(c, id)));
	*count = c->rows;
	return audit_of(c, "broadcast.stop", id, *count);
}

enum err
notice_retry(struct ctx *c, int64_t id, int64_t *count)
{
	TRY(db_int(c, &NOTICE_RETRY, count, ARGS(c, id, notice_time(c->now))));
	return *count == 0 ? OK : audit_of(c, "broadcast.retry", id, *count);
}
