#ifndef REPLY_H
#define REPLY_H

#include "req.h"

/*
 * The answer to a request. Each call sets the status and the body; nothing is sent
 * before the handler has returned and its transaction is committed. All return OK.
 */

/* A struct as a JSON object, as its field list says and in the face's style. */
enum err reply(struct req *r, int status, const struct field *fields, const void *row);

/* JSON text as it is; NULL answers with an empty list. */
enum err reply_json(struct req *r, int status, const char *json);

/* Text of any type. */
enum err reply_text(
	struct req *r, int status, const char *type, const char *text, size_t n);

/* No body at all. */
enum err reply_empty(struct req *r, int status);

/* A redirect: status 302, 303, 307 or 308. */
enum err reply_redirect(struct req *r, int status, const char *location);

/* Adds a header; value must not hold CR or LF (it is dropped whole if it does). */
void reply_header(struct req *r, const char *name, const char *value);

/* Adds a header from a format. */
void reply_header_fmt(struct req *r, const char *name, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Retry-After: the seconds that the error told (src/account/limit.h); if it told none,
 * those given, and no header for 0. */
void reply_retry_after(struct req *r, int64_t seconds);

/* Takes back what has been answered so far: status, headers, body. */
void reply_reset(struct req *r);

/*
 * For answers of many megabytes: sends what there is of the body once it is some
 * hundred kilobytes, and the status and headers before it. Afterwards nothing of them
 * can be changed, and the answer has no Content-Length; a handler that fails then
 * leaves the client with an answer that is cut off. Not within a transaction that
 * writes.
 */
void reply_flush(struct req *r);

/* Sends the answer as FastCGI wants it, or what is left of it: Status line, headers,
 * empty line, body (not for HEAD). */
void reply_send(struct req *r);

#endif
