#ifndef TELEGRAM_H
#define TELEGRAM_H

#include <stdbool.h>
#include <stdint.h>

#include "net/http.h"

struct json_object;

/* What an answer of the Bot API means:
 * https://core.telegram.org/bots/api#making-requests */
enum bot_verdict {
	BOT_OK,
	BOT_FLOOD,   /* 429: wait retry_after seconds */
	BOT_CLOSED,  /* the chat is closed to us for good: blocked, deactivated, not
			found */
	BOT_PICTURE, /* the file_id that was given is not good */
	BOT_REFUSED, /* 400 and the like: the same request will never be taken */
	BOT_TOKEN,   /* 401, 404: the token is wrong; no request will be taken */
	BOT_AGAIN    /* 5xx, no answer, garbage: try again */
};

struct bot_answer {
	enum bot_verdict verdict;
	const char *why;     /* for logs and the operator; no text of a message */
	int64_t retry_after; /* seconds, BOT_FLOOD only */
	int64_t message_id;  /* of a message that was sent, else 0 */
	const char
		*file_id; /* of the largest size of a photo that was sent, else NULL */
	struct json_object *result; /* as it stands; NULL unless BOT_OK */
};

/* Reads an answer: the HTTP status (0: none came) and the body. Texts live as long as
 * the ctx. */
void telegram_read(
	struct ctx *c, long status, const char *body, size_t n, struct bot_answer *out);

/* Is there a bot that may be called? Without a token, or in a fenced copy, messages are
 * files in bot.directory. */
bool telegram_is_on(void);

/*
 * A call that is yet to be made (net/http.h): a POST of the JSON object `params`, which
 * must live as long as the handle. The address has the token: it is not for logs.
 */
CURL *telegram_handle(struct ctx *c, const char *method, const char *params,
	const struct http_limits *limits, struct http_body *out);

/*
 * A laptop's Telegram: the call as a file <message>-<method>.json of bot.directory,
 * whole or not at all. E_PEER
 */
enum err telegram_write(
	struct ctx *c, int64_t message, const char *method, const char *params);

/*
 * Calls a method and waits for its answer, at most so many seconds; no longer than the
 * program is to run. Not for sending messages: nothing guards against doubles here.
 */
void telegram_call(struct ctx *c, const char *method, const char *params,
	int64_t seconds, struct bot_answer *out);

/*
 * Downloads a file whose path getFile has told. E_TOO_LARGE above `most` bytes, E_BUSY
 * when it does not come. The bytes live as long as the ctx.
 */
enum err telegram_download(
	struct ctx *c, const char *path, size_t most, const char **bytes, size_t *size);

#endif
