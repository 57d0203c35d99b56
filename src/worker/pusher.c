#include "worker/pusher.h"

#include <string.h>

#include "base/conf.h"
#include "base/fence.h"
#include "base/log.h"
#include "base/process.h"
#include "base/program.h"
#include "base/str.h"
#include "base/utc.h"
#include "cache/cache.h"
#include "db/db.h"
#include "installation/installation.h"
#include "net/fcm.h"

#include "worker/pusher.sql.h"

#define FLIGHTS_MOST 256
#define CLAIM_SECONDS 60   /* a push of a process that died is due again after these */
#define CLAIM_PAUSE 0.05   /* seconds between two claims while calls are under way */
#define IDLE_MS 1000       /* longest wait for a NOTIFY */
#define BACKOFF_SECONDS 10 /* after the first failure; doubles each time */
#define BACKOFF_MOST 3600
#define TOKEN_PAUSE 15  /* after no access token was got */
#define TOKEN_MARGIN 60 /* it is renewed so long before it ends */
#define LAND_SECONDS 5  /* at a stop, for what is under way */
#define SWEEP_SECONDS 3600

/* A push as pusher.sql gives it. */
struct push {
	int64_t id;
	const char *token, *etag, *message, *title, *data;
	int64_t tries;
	bool outdated;
};

static FIELDS(push_fields, FIELD(struct push, id), FIELD(struct push, token),
	FIELD(struct push, etag), FIELD(struct push, message),
	FIELD(struct push, title), FIELD(struct push, data), FIELD(struct push, tries),
	FIELD(struct push, outdated));

/* One call; its ctx has the push, the request and the answer. */
struct flight {
	bool flying;
	struct ctx ctx;
	struct push push;
	CURL *handle;
	struct http_body answer;
};

struct pusher {
	char name[PROCESS_NAME];
	struct db *db;
	struct cache *cache;
	CURLM *multi;
	struct ctx kept; /* the account, for as long as the process */
	struct fcm_account account;
	struct ctx token_ctx;
	const char *access_token; /* NULL: none */
	double token_until;       /* monotonic seconds */
	struct flight flights[FLIGHTS_MOST];
	int most, flying;
	struct ctx batch; /* what has been claimed and not sent yet */
	struct push *queue;
	size_t queued, next;
	bool batch_open, more;
	double next_claim, paused_until, next_sweep;
	struct buf done; /* ids, "{1,2" */
	struct arena done_arena;
};

/* -- what has become of pushes */

static void
add_done(struct pusher *p, int64_t id)
{
	p->done.arena = &p->done_arena;
	buf_fmt(&p->done, "%s%lld", p->done.used == 0 ? "{" : ",", (long long)id);
}

static void
record_done(struct pusher *p)
{
	struct ctx c;

	if (p->done.used == 0)
		return;
	buf_add(&p->done, "}");
	ctx_start(&c, p->db, p->cache);
	if (db_do(&c, &PUSHER_DONE, ARGS(&c, p->done.text)) != OK)
		log_warn("push: failed to record what was sent; it is sent again");
	ctx_end(&c);
	arena_end(&p->done_arena);
	p->done = (struct buf){0};
}

enum fate { TRIED, UNTRIED, GIVEN_UP };

static enum fate
fate_of(const struct push *push)
{
	return push->tries >= conf.push_tries ? GIVEN_UP : TRIED;
}

static int64_t
backoff(int64_t tries)
{
	int64_t seconds = BACKOFF_SECONDS;

	while (--tries > 0 && seconds < BACKOFF_MOST)
		seconds *= 2;
	return seconds < BACKOFF_MOST ? seconds : BACKOFF_MOST;
}

static void
put_back(struct pusher *p, const struct push *push, int64_t seconds, const char *why,
	enum fate fate)
{
	bool for_good = fate == GIVEN_UP;
	struct ctx c;

	if (for_good)
		log_warn("push=%lld given up: %s", (long long)push->id, why);
	ctx_start(&c, p->db, p->cache);
	if (db_do(&c, &PUSHER_PUT_BACK,
		    ARGS(&c, push->id, seconds, why, for_good, fate != UNTRIED)) != OK)
		log_warn("push=%lld: failed to record: %s", (long long)push->id, why);
	ctx_end(&c);
}

static void
forget_device(struct pusher *p, const struct push *push)
{
	struct ctx c;

	ctx_start(&c, p->db, p->cache);
	if (db_do(&c, &PUSHER_FORGET, ARGS(&c, push->token)) != OK)
		log_warn(
			"push=%lld: failed to erase the token of a device that is gone",
			(long long)push->id);
	ctx_end(&c);
}

static void
pause_all(struct pusher *p, int64_t seconds)
{
	double until = monotonic() + (double)seconds;

	if (until > p->paused_until)
		p->paused_until = until;
}

static void
settle(struct pusher *p, const struct push *push, const struct fcm_answer *a)
{
	int64_t wait = a->retry_after > 0 ? a->retry_after : backoff(push->tries);

	switch (a->verdict) {
	case FCM_OK:
		add_done(p, push->id);
		break;
	case FCM_GONE:
		forget_device(p, push);
		break;
	case FCM_REFUSED:
		put_back(p, push, 0, a->why, GIVEN_UP);
		break;
	case FCM_UNSIGNED:
		p->access_token = NULL;
		put_back(p, push, push->tries > 1 ? backoff(push->tries) : 0, a->why,
			fate_of(push));
		break;
	case FCM_FLOOD:
		pause_all(p, wait < BACKOFF_MOST ? wait : BACKOFF_MOST);
		put_back(p, push, wait, a->why, UNTRIED);
		break;
	case FCM_AGAIN:
		put_back(p, push, wait, a->why, fate_of(push));
		break;
	}
}

/* -- calls */

static const char *
body_of(struct ctx *c, const struct push *push)
{
	const struct fcm_message m = {.token = push->token,
		.data = push->data,
		.message = push->message,
		.title = push->title,
		.urgent = push->title != NULL,
		.collapse_key = push->etag == NULL ? NULL : "dbsync"};

	return fcm_body(c, &m);
}

static struct flight *
free_flight(struct pusher *p)
{
	for (int i = 0; i < p->most; i++)
		if (!p->flights[i].flying)
			return &p->flights[i];
	return NULL;
}

static void
take_off(struct pusher *p, struct flight *f, const struct push *push)
{
	struct ctx *c = &f->ctx;

	ctx_start(c, p->db, p->cache);
	f->push = *push;
	f->push.token = arena_str(&c->arena, push->token);
	f->handle = fcm_send_handle(
		c, &p->account, p->access_token, body_of(c, push), &f->answer);
	curl_easy_setopt(f->handle, CURLOPT_PRIVATE, f);
	curl_multi_add_handle(p->multi, f->handle);
	f->flying = true;
	p->flying++;
}

static void
land(struct pusher *p, struct flight *f, const char *why)
{
	struct fcm_answer answer;
	long status = 0;

	if (why == NULL)
		curl_easy_getinfo(f->handle, CURLINFO_RESPONSE_CODE, &status);
	answer = fcm_answer_read(&f->ctx, f->handle, why, status, &f->answer);
	curl_multi_remove_handle(p->multi, f->handle);
	settle(p, &f->push, &answer);
	ctx_end(&f->ctx);
	f->flying = false;
	p->flying--;
}

static void
collect(struct pusher *p)
{
	CURLMsg *m;
	int left;

	while ((m = curl_multi_info_read(p->multi, &left)) != NULL) {
		struct flight *f = NULL;
		CURLcode code = m->data.result;

		curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, (char **)&f);
		land(p, f, code == CURLE_OK ? NULL : curl_easy_strerror(code));
	}
	record_done(p);
}

/* A token for an hour; false: none, and it is tried again later. */
static bool
have_token(struct pusher *p)
{
	struct http_body answer;
	int64_t seconds = 0;
	long status;

	if (p->access_token != NULL && monotonic() < p->token_until)
		return true;
	ctx_end(&p->token_ctx);
	ctx_start(&p->token_ctx, p->db, p->cache);
	struct ctx *c = &p->token_ctx;
	p->access_token = NULL;
	const char *why =
		http_run_or_stop(fcm_token_handle(c, &p->account, &answer), &status);
	if (why != NULL)
		fail(c, E_PEER, "no access token for pushes: %s", why);
	else
		fcm_token_read(c, status, &answer, &p->access_token, &seconds);
	if (p->access_token == NULL) {
		log_warn("push: %s", c->why);
		pause_all(p, TOKEN_PAUSE);
		return false;
	}
	p->token_until = monotonic() + (double)seconds -
			 (seconds > 2 * TOKEN_MARGIN ? TOKEN_MARGIN : 0);
	return true;
}

/* -- the queue */

static void
batch_end(struct pusher *p)
{
	if (p->batch_open)
		ctx_end(&p->batch);
	p->batch_open = false;
	p->queued = p->next = 0;
}

/* Is any call waiting for a slot, or is it not yet time? */
static bool
may_claim(const struct pusher *p, double now)
{
	return p->next == p->queued && now >= p->next_claim && now >= p->paused_until &&
	       !fence_is_up() && (!fcm_is_on() || p->flying < p->most);
}

static void
claim(struct pusher *p, double now)
{
	struct ctx *c = &p->batch;
	int64_t most = fcm_is_on() ? p->most - p->flying : p->most;

	if (!may_claim(p, now))
		return;
	batch_end(p);
	ctx_start(c, p->db, p->cache);
	p->batch_open = true;
	p->next_claim = now + CLAIM_PAUSE;
	p->more = false;
	if (db_many(c, &PUSHER_TAKE, push_fields, &p->queue, &p->queued,
		    ARGS(c, p->name, most, CLAIM_SECONDS)) != OK)
		p->queued = 0;
	p->more = p->queued == (size_t)most;
	if (p->more)
		p->next_claim = now;
}

static void
write_one(struct pusher *p, const struct push *push)
{
	struct ctx c;

	ctx_start(&c, p->db, p->cache);
	if (fcm_write(&c, push->id, body_of(&c, push)) == OK)
		add_done(p, push->id);
	else
		put_back(p, push, backoff(push->tries), "cannot be written",
			fate_of(push));
	ctx_end(&c);
}

static void
send_claimed(struct pusher *p)
{
	struct flight *f;

	while (p->next < p->queued) {
		const struct push *push = &p->queue[p->next];

		if (push->outdated)
			put_back(p, push, 0, "older than a day", GIVEN_UP);
		else if (!fcm_is_on())
			write_one(p, push);
		else if (monotonic() >= p->paused_until && have_token(p) &&
			 (f = free_flight(p)) != NULL)
			take_off(p, f, push);
		else if (monotonic() < p->paused_until)
			put_back(p, push, (int64_t)(p->paused_until - monotonic()) + 1,
				"waits for the server", UNTRIED);
		else
			return;
		p->next++;
	}
	record_done(p);
}

static void
look_after(struct pusher *p)
{
	struct ctx c;

	if (!fence_is_up() && monotonic() < p->next_sweep)
		return;
	ctx_start(&c, p->db, p->cache);
	if (installation_look(&c) == OK && !fence_is_up() &&
		monotonic() >= p->next_sweep) {
		p->next_sweep = monotonic() + SWEEP_SECONDS;
		db_do(&c, &PUSHER_SWEEP, ARGS(&c));
	}
	ctx_end(&c);
}

static void
take_turn(struct pusher *p)
{
	int running;

	look_after(p);
	claim(p, monotonic());
	send_claimed(p);
	if (p->flying == 0) {
		if (!p->more)
			db_wait_notify(p->db, IDLE_MS);
		return;
	}
	curl_multi_perform(p->multi, &running);
	collect(p);
	if (p->flying == p->most || !p->more)
		curl_multi_poll(p->multi, NULL, 0, (int)(CLAIM_PAUSE * 1000), NULL);
	program_wait(0);
}

/* What is under way may end; the rest is for others. */
static void
stop(struct pusher *p)
{
	double until = monotonic() + LAND_SECONDS;
	struct ctx c;
	int running;

	while (p->flying > 0 && monotonic() < until) {
		curl_multi_perform(p->multi, &running);
		collect(p);
		curl_multi_poll(p->multi, NULL, 0, 50, NULL);
	}
	batch_end(p);
	ctx_start(&c, p->db, p->cache);
	if (db_do(&c, &PUSHER_GIVE_BACK, ARGS(&c, p->name)) != OK)
		log_warn("push: claimed pushes are due again in a minute");
	ctx_end(&c);
}

int
pusher_run(void)
{
	static struct pusher p;

	process_name(p.name);
	program_signals();
	p.db = db_new("samovar-pusher");
	p.cache = cache_new();
	p.multi = http_connections();
	p.most = (int)(conf.push_in_flight < FLIGHTS_MOST ? conf.push_in_flight
							  : FLIGHTS_MOST);
	db_listen(p.db, "push");
	if (db_open(p.db) == E_BUG)
		return 1;
	ctx_start(&p.kept, p.db, p.cache);
	ctx_start(&p.token_ctx, p.db, p.cache);
	if (fcm_is_on() && fcm_account_read(&p.kept, &p.account) != OK) {
		log_error("%s", p.kept.why);
		return 1;
	}
	while (!program_stopping())
		take_turn(&p);
	stop(&p);
	db_close(p.db);
	return 0;
}
