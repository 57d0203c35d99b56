#ifndef CTX_H
#define CTX_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/field_error.h"
#include "base/utc.h"

struct db;
struct cache;
struct after;

/* Data beside an error's words: tell(c, "left_chance", 2). */
struct error_detail {
	struct error_detail *next;
	const char *key;
	int64_t value;
};

/*
 * One unit of work: a request, a job, a timer tick, a command, a test. Everything that
 * is made on the way lives in its arena and ends with it. ctx_start() and ctx_end() are
 * the only life cycle.
 */
struct ctx {
	struct arena arena;
	struct db *db;          /* this process's connection, never NULL */
	struct cache *cache;    /* this process's Redis, never NULL; may be away */
	int64_t actor;          /* account.id of who is signed in, 0 for nobody */
	const char *actor_uuid; /* the same as account.uuid, NULL for nobody */
	const char *address;    /* the caller's address, NULL when there is none */
	const char *request_id; /* of the request, or of the job: for logs and audit */
	struct utc now;         /* taken once, so one request has one time */
	int64_t rows;           /* changed by the last db_do() */
	unsigned queries;       /* run so far, for the access log */
	enum err err;           /* the first failure... */
	const char *why;        /* ...and the sentence that goes with it */
	struct field_error
		*field_errors; /* what is wrong with the input, in order... */
	struct field_error *last_field_error;
	size_t field_error_count; /* ...all of it; only the first FIELD_ERRORS_MOST are
				     in the list */
	struct error_detail *error_details;
	struct after *after, *last_after;
};

/* Begins a unit of work. db and cache stay the caller's. */
void ctx_start(struct ctx *c, struct db *db, struct cache *cache);

/* Gives everything back. Texts and rows got through the ctx are gone then. */
void ctx_end(struct ctx *c);

/*
 * Notes the first failure and the sentence that goes with it (NULL: err.def's), returns
 * e. After it there is nothing to do but return: whoever runs the unit of work undoes
 * its transaction.
 */
enum err fail(struct ctx *c, enum err e, const char *why, ...)
	__attribute__((format(printf, 3, 4)));

/* Forgets a failure that has been dealt with, field errors too. */
void ctx_clear_error(struct ctx *c);

/* Adds data beside the words of an error. key must outlive the ctx. */
void error_detail(struct ctx *c, const char *key, int64_t value);

/* Calls fn(c, thing) once the transaction is committed; never when it is undone. */
void ctx_after_commit(struct ctx *c, void (*fn)(struct ctx *, void *), void *thing);

/* For whoever commits: runs (done) or drops (undone) what waits for the commit. */
void ctx_committed(struct ctx *c);
void ctx_undone(struct ctx *c);

/* Returns from the calling function with any error but OK: the only macro that may
 * return. */
#define TRY(call)                                                                      \
	do {                                                                           \
		enum err try_err_ = (call);                                            \
		if (try_err_ != OK)                                                    \
			return try_err_;                                               \
	} while (0)

#endif
