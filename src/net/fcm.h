#ifndef FCM_H
#define FCM_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/ctx.h"
#include "net/http.h"

/*
 * Firebase Cloud Messaging, HTTP v1: a POST a device to
 * projects/<project>/messages:send with an OAuth access token, which a service account
 * gets for a JWT that it signs.
 */

/* What the account's file says. */
struct fcm_account {
	const char *project, *email, *key; /* key: PEM */
	const char *token_uri;
	const char *key_id; /* NULL: not said */
};

/* Is push.certificate set? Without it pushes are files in push.directory, or nothing if
 * that is empty. */
bool fcm_is_on(void);

/* Reads push.certificate: a path or the JSON itself. E_INPUT with what is wrong
 * with it. It lives as long as the ctx. */
enum err fcm_account_read(struct ctx *c, struct fcm_account *out);

/* What is sent to a device. */
struct fcm_message {
	const char *token;
	const char *data;         /* a JSON object whose values are texts */
	const char *message;      /* joins it, cut so that all of it fits; NULL: none */
	const char *title;        /* joins it as well; NULL: none */
	bool urgent;              /* wakes the device */
	const char *collapse_key; /* the newest of these replaces the others; NULL */
};

/* The request's body. */
const char *fcm_body(struct ctx *c, const struct fcm_message *m);

/* Calls, to be run by the caller; they go with the ctx. */
CURL *fcm_send_handle(struct ctx *c, const struct fcm_account *a,
	const char *access_token, const char *body, struct http_body *answer);
CURL *fcm_token_handle(
	struct ctx *c, const struct fcm_account *a, struct http_body *answer);

/* The answer to the latter: the access token and how many seconds it is good. E_PEER */
enum err fcm_token_read(struct ctx *c, long status, const struct http_body *answer,
	const char **access_token, int64_t *seconds);

enum fcm_verdict {
	FCM_OK,
	FCM_GONE,     /* the device is not there any more: forget its token */
	FCM_REFUSED,  /* will never be taken */
	FCM_UNSIGNED, /* another access token is needed */
	FCM_FLOOD,    /* too many: all have to wait */
	FCM_AGAIN     /* the server could not; try this one later */
};

struct fcm_answer {
	enum fcm_verdict verdict;
	int64_t retry_after; /* seconds, 0: not said */
	const char *why;
};

/* What became of a send; why is curl's, NULL for a whole answer. */
struct fcm_answer fcm_answer_read(struct ctx *c, CURL *h, const char *why, long status,
	const struct http_body *answer);

/* Without an account: the body as a file of this number. */
enum err fcm_write(struct ctx *c, int64_t id, const char *body);

#endif
