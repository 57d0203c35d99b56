#include "worker/listener.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/conf.h"
#include "base/field.h"
#include "base/json.h"
#include "base/log.h"
#include "base/program.h"
#include "base/str.h"
#include "base/utc.h"
#include "cache/cache.h"
#include "db/db.h"
#include "db/elect.h"
#include "net/telegram.h"
#include "programme/bot.h"
#include "programme/webhook.h"

#include "worker/listener.sql.h"

#define POLL_SECONDS 25  /* one long poll */
#define LOOK_SECONDS 60  /* between two looks at the bot's health */
#define PAUSE_MS 3000    /* after what went wrong */
#define REFUSED_MS 30000 /* somebody has to mend the settings */
#define INBOX_MS 500     /* between two looks into the inbox */
#define MAX_INBOX_FILE (1 << 20)

/* edited_message only for a polite answer. */
#define KINDS                                                                          \
	"\"allowed_updates\":[\"message\",\"edited_message\",\"callback_query\","      \
	"\"my_chat_member\"]"

struct listener {
	struct db *db;
	struct cache *cache;
	struct elect election;
	bool introduced, refused; /* refused: it is no use to hurry */
	double next_look;         /* monotonic seconds */
};

/* Each step is a unit of work of its own. */
static void
step(struct listener *l, struct ctx *c)
{
	ctx_start(c, l->db, l->cache);
}

static bool
still_elected(struct listener *l)
{
	return elect_holds(&l->election, l->db);
}

static void
elect(struct listener *l)
{
	struct ctx c;

	if (still_elected(l))
		return;
	step(l, &c);
	if (elect_try(&l->election, &c, ELECT_LISTENER)) {
		l->introduced = false;
		l->next_look = 0;
		log_info("bot: elected to listen");
	}
	ctx_end(&c);
}

/* Says at Telegram how updates come. */
static void
introduce(struct listener *l)
{
	struct buf params;
	struct bot_answer a;
	struct ctx c;

	step(l, &c);
	params = (struct buf){.arena = &c.arena};
	buf_add(&params, "{");
	if (conf.bot_webhook_mode) {
		buf_add(&params, "\"url\":");
		buf_json(&params, arena_fmt(&c.arena, "%s%stelegram/webhook",
					  conf.site_url, conf.site_root_path));
		buf_add(&params, ",\"secret_token\":");
		buf_json(&params, webhook_secret(&c));
		buf_add(&params, "," KINDS);
	}
	buf_add(&params, "}");
	telegram_call(&c, conf.bot_webhook_mode ? "setWebhook" : "deleteWebhook",
		buf_text(&params), conf.bot_timeout, &a);
	l->introduced = a.verdict == BOT_OK;
	l->refused = a.verdict == BOT_REFUSED || a.verdict == BOT_TOKEN;
	if (l->introduced)
		log_info("bot: updates come by %s",
			conf.bot_webhook_mode ? "webhook" : "polling");
	else if (!program_stopping())
		log_warn("bot: %s: %s",
			conf.bot_webhook_mode ? "setWebhook" : "deleteWebhook", a.why);
	ctx_end(&c);
}

/* Somebody else may have set another webhook, or none. */
static void
look_at_webhook(struct listener *l, struct ctx *c)
{
	const char *ours = conf.bot_webhook_mode
				   ? arena_fmt(&c->arena, "%s%stelegram/webhook",
					     conf.site_url, conf.site_root_path)
				   : "";
	struct bot_answer a;

	telegram_call(c, "getWebhookInfo", "{}", conf.bot_timeout, &a);
	const char *url = json_text(a.result, "url");
	if (a.verdict != BOT_OK || url == NULL || str_eq(url, ours))
		return;
	log_warn("bot: the webhook is not ours, it is set anew");
	l->introduced = false;
}

/* Is the bot well? The health page has it from here. */
static void
look(struct listener *l)
{
	struct bot_answer a = {.verdict = BOT_OK};
	struct ctx c;

	if (monotonic() < l->next_look)
		return;
	step(l, &c);
	if (telegram_is_on()) {
		telegram_call(&c, "getMe", "{}", conf.bot_timeout, &a);
		if (a.verdict == BOT_OK)
			look_at_webhook(l, &c);
	}
	if (!program_stopping()) {
		const char *me =
			a.result == NULL ? NULL : json_object_to_json_string(a.result);
		if (a.verdict != BOT_OK)
			log_warn("bot: getMe: %s", a.why);
		db_do(&c, &LISTENER_HEALTH, ARGS(&c, me, a.why));
		l->next_look = monotonic() + (a.verdict == BOT_OK ? LOOK_SECONDS : 5);
	}
	ctx_end(&c);
}

/* One update of a poll. E_INPUT: it is none. */
static enum err
take_one(struct ctx *c, struct json_object *json, int64_t *id)
{
	struct update u;

	TRY(update_read(c, json, &u));
	*id = u.id;
	return bot_take(c, &u);
}

/*
 * All updates of a poll. What is no update is passed over; at one that could be neither
 * dealt with nor kept (the database is away) it stops, and false has it asked for
 * again.
 */
static bool
take_all(struct listener *l, struct json_object *list)
{
	int64_t last = 0;
	bool good = true;
	struct ctx c;

	for (size_t i = 0; i < json_object_array_length(list) && good &&
			   still_elected(l) && !program_stopping();
		i++) {
		int64_t id = 0;

		step(l, &c);
		enum err e = take_one(&c, json_object_array_get_idx(list, i), &id);
		if (e != OK)
			log_warn("bot: an update is not taken: %s", c.why);
		good = e == OK || id == 0;
		last = e == OK ? id : last;
		ctx_end(&c);
	}
	if (last == 0)
		return good;
	step(l, &c);
	good = db_do(&c, &LISTENER_OFFSET, ARGS(&c, last + 1)) == OK && good;
	ctx_end(&c);
	return good;
}

/* Telegram says how long; a minute later it may be asked whether that still holds. */
static int64_t
flood_ms(const struct bot_answer *a)
{
	return a->retry_after < 60 ? a->retry_after * 1000 : 60000;
}

static void
poll_once(struct listener *l)
{
	struct bot_answer a;
	int64_t offset;
	struct ctx c;

	step(l, &c);
	if (db_int(&c, &LISTENER_NEXT, &offset, ARGS(&c)) != OK) {
		ctx_end(&c);
		program_wait(PAUSE_MS);
		return;
	}
	/* No longer than until the next look at the bot's health. */
	double begin = monotonic(), left = l->next_look - begin;
	int seconds = left < 1 ? 1 : left > POLL_SECONDS ? POLL_SECONDS : (int)left;
	telegram_call(&c, "getUpdates",
		arena_fmt(&c.arena,
			"{\"offset\":%lld,\"timeout\":%d,\"limit\":100," KINDS "}",
			(long long)offset, seconds),
		POLL_SECONDS + conf.bot_timeout, &a);
	bool good =
		a.verdict == BOT_OK && json_object_is_type(a.result, json_type_array);
	if (good)
		good = take_all(l, a.result);
	else if (!program_stopping())
		log_warn("bot: getUpdates: %s", a.why == NULL ? "no list" : a.why);
	/* 409: a webhook is in the way, or somebody else polls. */
	if (a.verdict == BOT_REFUSED)
		l->introduced = false;
	/* A server that does not hold the call is not asked without end. */
	if (good && json_object_array_length(a.result) == 0 &&
		monotonic() - begin < 0.5)
		program_wait(INBOX_MS);
	if (!good)
		program_wait(a.verdict == BOT_FLOOD ? (int)flood_ms(&a) : PAUSE_MS);
	ctx_end(&c);
}

static int
is_json(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);

	return length > 5 && strcmp(entry->d_name + length - 5, ".json") == 0;
}

/* A file holds one Update. It is removed when it is taken, or set aside as NAME.bad. */
static enum err
take_file(struct ctx *c, const char *path)
{
	char *text = arena_new(&c->arena, MAX_INBOX_FILE + 1);
	struct json_object *json;
	FILE *f = fopen(path, "re");
	int64_t id;

	if (f == NULL)
		return fail(c, E_INPUT, "%s", strerror(errno));
	size_t n = fread(text, 1, MAX_INBOX_FILE, f);
	fclose(f);
	enum err e = json_read(c, text, n, &json);
	return e == OK ? take_one(c, json, &id) : e;
}

static void
take_inbox_file(struct listener *l, const char *name)
{
	const char *path;
	struct ctx c;

	step(l, &c);
	path = arena_fmt(&c.arena, "%s/inbox/%s", conf.bot_directory, name);
	enum err e = take_file(&c, path);
	if (e == OK) {
		unlink(path);
	} else if (e != E_BUSY) {
		log_warn("bot: inbox/%s: %s", name, c.why);
		rename(path, arena_fmt(&c.arena, "%s.bad", path));
	}
	ctx_end(&c);
}

static void
look_into_inbox(struct listener *l)
{
	struct dirent **entries = NULL;
	struct ctx c;

	step(l, &c);
	int n = scandir(arena_fmt(&c.arena, "%s/inbox", conf.bot_directory), &entries,
		is_json, alphasort);
	ctx_end(&c);
	for (int i = 0; i < n; i++) {
		if (still_elected(l))
			take_inbox_file(l, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	program_wait(INBOX_MS);
}

static void
turn(struct listener *l)
{
	elect(l);
	if (!still_elected(l)) {
		program_wait(1000);
		return;
	}
	look(l);
	if (!telegram_is_on()) {
		look_into_inbox(l);
		return;
	}
	if (!l->introduced)
		introduce(l);
	if (!l->introduced)
		program_wait(l->refused ? REFUSED_MS : PAUSE_MS);
	else if (conf.bot_webhook_mode)
		program_wait(1000);
	else
		poll_once(l);
}

/* Nobody waits for the database: whether the lock is still held shows at the next
 * statement. */
static void
keep_lock(struct listener *l)
{
	struct ctx c;
	int64_t one;

	step(l, &c);
	db_int(&c, &LISTENER_NEXT, &one, ARGS(&c));
	ctx_end(&c);
}

int
listener_run(void)
{
	static struct listener l;

	program_signals();
	l.db = db_new("samovar-listener");
	l.cache = cache_new();
	if (db_open(l.db) == E_BUG)
		return 1;
	while (!program_stopping()) {
		turn(&l);
		keep_lock(&l);
	}
	db_close(l.db);
	return 0;
}
