#include "worker/sender.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/conf.h"
#include "base/log.h"
#include "base/program.h"
#include "base/str.h"
#include "base/utc.h"
#include "cache/cache.h"
#include "db/db.h"
#include "db/elect.h"
#include "net/http.h"
#include "net/telegram.h"
#include "programme/outbox.h"
#include "programme/text.h"
#include "worker/rate_limiter.h"
#include "worker/inflight_journal.h"

#include "worker/sender.sql.h"

#define FLIGHTS RECORDER_SLOTS /* calls under way at once */
#define BATCH 30               /* messages claimed at once */
#define MAX_ANSWER 1048576     /* bytes; the Bot API's are a few thousand */
#define CLAIM_PAUSE 0.1        /* seconds between two claims when nothing may go yet */
#define AWAY_SECONDS 5         /* Telegram is down: the next try */
#define TOKEN_SECONDS 60  /* the token is wrong: somebody has to mend the settings */
#define FLOOD_SECONDS 5   /* a second chat's 429 within these means all chats */
#define EXPIRY_SECONDS 10 /* between two looks for what comes too late */
#define LAND_SECONDS 10   /* at a stop, for what is under way */
#define HANG_SECONDS 3    /* no answer for so long at a kill: Telegram hung */

enum flight_state { FREE, FLYING, LANDED };

/* One call to the Bot API. Its ctx holds the message and the request until the outcome
 * is recorded. */
struct flight {
	enum flight_state state;
	struct sender *sender;
	struct ctx ctx;
	struct message message;
	CURL *easy; /* with the ctx; NULL: no call is made */
	struct http_body answer;
	bool dispatched; /* marked so: the request is on its way */
	struct bot_answer outcome;
};

struct sender {
	char name[330]; /* host:pid:in-flight journal */
	const char *recorder;
	struct db *db;
	struct cache *cache;
	CURLM *multi;
	struct flight flights[FLIGHTS];
	struct ctx batch; /* holds the claimed messages that have not taken off yet */
	struct message *queue;
	size_t queued, next;
	struct elect election;
	bool batch_open;
	bool more; /* the last claim was full: there is more to claim */
	struct rate_limiter pace;
	/* monotonic seconds */
	double next_claim, next_expiry, paused_until;
	int64_t flood_chat; /* whose call was refused with 429 last, and when */
	double flood_at;
};

/* Each step of the sender that touches the database is a unit of work of its own. */
static void
step(struct sender *s, struct ctx *c)
{
	ctx_start(c, s->db, s->cache);
}

/*
 * libcurl calls this when the connection stands and the request is about to be written.
 * Only what has been marked dispatched goes out. libcurl writes a request again on a
 * new connection when a kept one has died; then the mark is there already and the call
 * ends instead.
 */
static int
about_to_send(void *flight, char *ip, char *local_ip, int port, int local_port)
{
	struct flight *f = flight;

	(void)ip, (void)local_ip, (void)port, (void)local_port;
	if (f->dispatched ||
		outbox_dispatch(&f->ctx, f->message.id, f->sender->name) != OK)
		return CURL_PREREQFUNC_ABORT;
	f->dispatched = true;
	inflight_journal_note((int)(f - f->sender->flights), f->message.id);
	return CURL_PREREQFUNC_OK;
}

static CURL *
easy_make(struct flight *f, const struct bot_call *call)
{
	const struct http_limits limits = {
		.seconds = (long)conf.bot_timeout, .bytes = MAX_ANSWER};
	CURL *e = telegram_handle(
		&f->ctx, call->method, call->params, &limits, &f->answer);

	curl_easy_setopt(e, CURLOPT_PREREQFUNCTION, about_to_send);
	curl_easy_setopt(e, CURLOPT_PREREQDATA, f);
	curl_easy_setopt(e, CURLOPT_PRIVATE, f);
	return e;
}

static struct flight *
free_flight(struct sender *s)
{
	for (int i = 0; i < FLIGHTS; i++)
		if (s->flights[i].state == FREE)
			return &s->flights[i];
	return NULL;
}

static bool
any_flying(const struct sender *s)
{
	for (int i = 0; i < FLIGHTS; i++)
		if (s->flights[i].state != FREE)
			return true;
	return false;
}

static void
flight_end(struct flight *f)
{
	inflight_journal_note((int)(f - f->sender->flights), 0);
	ctx_end(&f->ctx);
	f->state = FREE;
}

static enum err
take_off(struct flight *f)
{
	struct ctx *c = &f->ctx;
	struct bot_call call;

	TRY(text_of_message(c, &f->message, &call));
	if (!telegram_is_on()) {
		TRY(outbox_dispatch(c, f->message.id, f->sender->name));
		f->dispatched = true;
		TRY(telegram_write(c, f->message.id, call.method, call.params));
		f->outcome = (struct bot_answer){.verdict = BOT_OK};
		f->state = LANDED;
		return OK;
	}
	f->easy = easy_make(f, &call);
	curl_multi_add_handle(f->sender->multi, f->easy);
	f->state = FLYING;
	return OK;
}

/* Strings of the message are copied: the batch it came with ends before its flight may.
 */
static void
start_flight(struct sender *s, const struct message *m)
{
	struct flight *f = free_flight(s);
	struct arena *a = &f->ctx.arena;

	step(s, &f->ctx);
	f->message =
		(struct message){m->id, m->chat_id, m->tries, arena_str(a, m->kind),
			arena_str(a, m->payload), arena_str(a, m->file_id)};
	f->dispatched = false;
	f->sender = s;
	f->easy = NULL;
	if (take_off(f) != OK) {
		f->outcome = (struct bot_answer){
			.verdict = f->ctx.err == E_BUG ? BOT_REFUSED : BOT_AGAIN,
			.why = f->ctx.why};
		f->state = LANDED;
	}
}

/* 3, 9, 27, 81, 243 seconds: docs/programme.md */
static int64_t
retry_seconds(int64_t tries)
{
	int64_t seconds = 3;

	for (int64_t i = 1; i < tries && i < 5; i++)
		seconds *= 3;
	return seconds;
}

static void
pause_all(struct sender *s, struct ctx *c, int64_t seconds, const char *why)
{
	double until = monotonic() + (double)seconds;

	if (until <= s->paused_until)
		return;
	s->paused_until = until;
	log_warn("bot: pause of %lld s: %s", (long long)seconds, why);
	if (db_do(c, &SENDER_PAUSE, ARGS(c, seconds)) != OK)
		ctx_clear_error(c);
}

/*
 * Telegram does not say whether a 429 is for the chat or for the bot. One chat's is
 * taken for its own: it waits, as its messages keep their order, and the others go on.
 * When another chat is refused within a few seconds, or a call that is to no chat, all
 * wait.
 */
static enum err
land_flood(struct sender *s, const struct flight *f, struct ctx *c)
{
	const struct message *m = &f->message;
	int64_t seconds = f->outcome.retry_after > 0 ? f->outcome.retry_after : 1;
	double now = monotonic();

	if (str_eq(m->kind, "note"))
		pause_all(s, c, seconds, "429 for a call that is to no chat");
	else if (m->chat_id != s->flood_chat && s->flood_at > 0 &&
		 now - s->flood_at < FLOOD_SECONDS)
		pause_all(s, c, seconds, "429 for several chats");
	s->flood_chat = m->chat_id;
	s->flood_at = now;
	return outbox_again(c, m->id, seconds, f->outcome.why, false);
}

/* Not known whether it was taken: at most bot.tries times. Certainly not taken: until
 * it is. */
static enum err
land_again(struct flight *f, struct ctx *c)
{
	int64_t tries = f->message.tries + 1;
	long status = 0;

	if (f->easy != NULL)
		curl_easy_getinfo(f->easy, CURLINFO_RESPONSE_CODE, &status);
	if (!f->dispatched || status >= 500)
		return outbox_again(
			c, f->message.id, AWAY_SECONDS, f->outcome.why, false);
	if (tries >= conf.bot_tries)
		return outbox_failed(c, f->message.id, f->outcome.why);
	return outbox_again(
		c, f->message.id, retry_seconds(tries), f->outcome.why, true);
}

static enum err
land(struct sender *s, struct flight *f, struct ctx *c)
{
	const struct bot_answer *o = &f->outcome;
	int64_t id = f->message.id;

	switch (o->verdict) {
	case BOT_OK:
		return outbox_sent(c, id, o->message_id, o->file_id);
	case BOT_FLOOD:
		return land_flood(s, f, c);
	case BOT_TOKEN:
		pause_all(s, c, TOKEN_SECONDS, "the token is not accepted");
		return outbox_again(c, id, TOKEN_SECONDS, o->why, false);
	case BOT_CLOSED:
		return outbox_chat_closed(c, id, f->message.chat_id, o->why);
	case BOT_PICTURE:
		TRY(outbox_forget_picture(c, id));
		return outbox_again(c, id, 0, o->why, true);
	case BOT_REFUSED:
		return outbox_failed(c, id, o->why);
	case BOT_AGAIN:
		return land_again(f, c);
	}
	return OK;
}

/* Without the database the outcome waits in memory: it is worth more than a new call.
 */
static void
record_landed(struct sender *s)
{
	for (int i = 0; i < FLIGHTS; i++) {
		struct flight *f = &s->flights[i];
		struct ctx c;

		if (f->state != LANDED)
			continue;
		step(s, &c);
		enum err e = land(s, f, &c);
		if (e == OK && f->outcome.verdict != BOT_OK)
			log_warn("bot: message=%lld kind=%s: %s",
				(long long)f->message.id, f->message.kind,
				f->outcome.why);
		ctx_end(&c);
		if (e != E_BUSY)
			flight_end(f);
	}
}

static void
collect(struct sender *s)
{
	CURLMsg *m;
	int left;

	while ((m = curl_multi_info_read(s->multi, &left)) != NULL) {
		struct flight *f;
		long status = 0;

		curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &f);
		curl_easy_getinfo(m->easy_handle, CURLINFO_RESPONSE_CODE, &status);
		CURLcode result = m->data.result;
		curl_multi_remove_handle(s->multi, m->easy_handle);
		ctx_clear_error(&f->ctx);
		telegram_read(&f->ctx, result == CURLE_OK ? status : 0,
			buf_text(&f->answer.text), f->answer.text.used, &f->outcome);
		if (result != CURLE_OK)
			f->outcome.why = curl_easy_strerror(result);
		f->state = LANDED;
	}
}

static void
batch_end(struct sender *s)
{
	if (s->batch_open)
		ctx_end(&s->batch);
	s->batch_open = false;
	s->queued = s->next = 0;
}

static enum err
expire(struct ctx *c)
{
	TRY(db_begin(c));
	return db_end(c, outbox_expire(c));
}

/* Also while Telegram is away, so that the day's end finds its reports closed. */
static void
expire_due(struct sender *s, double now)
{
	struct ctx c;

	if (now < s->next_expiry)
		return;
	s->next_expiry = now + EXPIRY_SECONDS;
	step(s, &c);
	if (expire(&c) != OK)
		log_warn("bot: what comes too late is given up later: %s", c.why);
	else if (c.rows > 0)
		log_warn(
			"bot: %lld tasks could not be sent in time", (long long)c.rows);
	ctx_end(&c);
}

static void
claim(struct sender *s, double now)
{
	if (s->next < s->queued || now < s->next_claim || now < s->paused_until)
		return;
	batch_end(s);
	step(s, &s->batch);
	s->batch_open = true;
	if (outbox_claim(&s->batch, s->name, BATCH, &s->queue, &s->queued) != OK)
		s->queued = 0;
	if (!s->more)
		rate_limiter_idle(&s->pace, now);
	s->more = s->queued == BATCH;
	s->next_claim = s->queued == 0 ? now + CLAIM_PAUSE : 0;
}

static double
send_time(const struct sender *s)
{
	double at = rate_limiter_time(&s->pace);

	return at > s->paused_until ? at : s->paused_until;
}

static void
send_due(struct sender *s, double now)
{
	if (s->next >= s->queued || now < send_time(s) || free_flight(s) == NULL)
		return;
	start_flight(s, &s->queue[s->next++]);
	rate_limiter_note(&s->pace, now);
}

/* Sleeps until there is something to do: an answer, the next slot, a new message, a
 * signal. */
static void
rest(struct sender *s)
{
	double now = monotonic(), until = now + 1.0;
	int64_t due = 1000;
	struct ctx c;

	if (s->next >= s->queued && s->more && now >= s->paused_until)
		return;
	if (s->next < s->queued)
		until = send_time(s);
	if (until > now + 1.0)
		until = now + 1.0;
	int ms = until <= now ? 0 : (int)((until - now) * 1000) + 1;
	if (any_flying(s) || s->next < s->queued) {
		/* New messages wait for the answer of an old one no longer than this.
		 */
		curl_multi_poll(s->multi, NULL, 0, ms < 100 ? ms : 100, NULL);
		program_wait(0);
		return;
	}
	step(s, &c);
	if (outbox_next_due(&c, 1000, &due) != OK)
		due = 1000;
	ctx_end(&c);
	/* Due but not claimed: its chat had a message a moment ago. */
	db_wait_notify(s->db, due < 100 ? 100 : (int)due);
	s->next_claim = 0;
}

/* What the one before has left: which of its calls may have arrived, and whether
 * Telegram wants a pause. */
static bool
take_over(struct sender *s, struct ctx *c)
{
	int64_t pause = 0;

	if (db_do(c, &SENDER_USE_INDEXES, ARGS(c)) != OK ||
		outbox_recover(c, s->recorder, inflight_journal_ids(&c->arena, 0),
			inflight_journal_ids(&c->arena, HANG_SECONDS)) != OK ||
		db_int(c, &SENDER_PAUSED, &pause, ARGS(c)) != OK)
		return false;
	inflight_journal_clear();
	rate_limiter_begin(&s->pace, monotonic());
	s->paused_until = monotonic() + (double)pause;
	return true;
}

static void
elect(struct sender *s)
{
	struct ctx c;

	if (elect_holds(&s->election, s->db))
		return;
	batch_end(s);
	if (any_flying(s))
		return;
	step(s, &c);
	if (elect_try(&s->election, &c, ELECT_SENDER)) {
		s->election.held = take_over(s, &c); /* or again, at the next turn */
		if (s->election.held)
			log_info("bot: elected to send");
	}
	ctx_end(&c);
}

static void
turn(struct sender *s)
{
	int running;

	elect(s);
	if (!s->election.held && !any_flying(s)) {
		db_wait_notify(s->db, 1000);
		return;
	}
	double now = monotonic();
	if (s->election.held) {
		expire_due(s, now);
		claim(s, now);
		send_due(s, now);
	}
	curl_multi_perform(s->multi, &running);
	collect(s);
	record_landed(s);
	inflight_journal_alive();
	rest(s);
}

/* Calls that have no answer yet end as those do that time out: the message is tried
 * again. */
static void
abandon_calls(struct sender *s)
{
	for (int i = 0; i < FLIGHTS; i++) {
		struct flight *f = &s->flights[i];

		if (f->state != FLYING)
			continue;
		curl_multi_remove_handle(s->multi, f->easy);
		f->outcome = (struct bot_answer){.verdict = BOT_AGAIN,
			.why = "the sender was stopped before the answer came"};
		f->state = LANDED;
	}
	record_landed(s);
}

/*
 * What is under way lands, or is left to the next sender as a living one leaves it to
 * itself; what was claimed and has not taken off is given back.
 */
static void
finish(struct sender *s)
{
	double until = monotonic() + LAND_SECONDS;
	int running;
	struct ctx c;

	while (any_flying(s) && monotonic() < until) {
		curl_multi_perform(s->multi, &running);
		collect(s);
		record_landed(s);
		curl_multi_poll(s->multi, NULL, 0, 50, NULL);
	}
	abandon_calls(s);
	batch_end(s);
	step(s, &c);
	if (s->election.held && db_do(&c, &SENDER_GIVE_BACK, ARGS(&c, s->name)) != OK)
		log_warn("bot: what was claimed is left to the next sender");
	ctx_end(&c);
}

int
sender_run(void)
{
	static struct sender s;
	char host[256] = "";

	gethostname(host, sizeof(host) - 1);
	s.recorder = inflight_journal_open();
	snprintf(s.name, sizeof(s.name), "%s:%d:%s", host, (int)getpid(), s.recorder);
	program_signals();
	s.db = db_new("samovar-sender");
	s.cache = cache_new();
	s.multi = http_connections();
	rate_limiter_make(&s.pace, conf.bot_rate);
	db_listen(s.db, "outbox");
	if (db_open(s.db) == E_BUG)
		return 1;
	while (!program_stopping())
		turn(&s);
	finish(&s);
	db_close(s.db);
	return 0;
}
