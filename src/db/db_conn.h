#ifndef DB_CONN_H
#define DB_CONN_H

#include <libpq-fe.h>

#include "db/db.h"

/* Inside of src/db: the connection and its life. */
struct db {
	struct db *before; /* made by db_new() before this one */
	PGconn *pg;        /* NULL when down */
	const char *name;
	int64_t timeout_ms;
	int64_t retry_at;    /* monotonic milliseconds: no new attempt before */
	const char *channel; /* listened to, or NULL */
	int64_t session;     /* connections opened so far */
	bool is_brief;       /* nothing is prepared */
	bool in_transaction;
	bool owes_begin; /* db_begin() was called, and nothing sent since */
};

/*
 * Connects if there is no connection. E_BUSY at once when the last attempt failed
 * moments ago; a connection that is lost inside a transaction is not replaced before
 * the transaction has ended.
 */
enum err db_ready(struct ctx *c);

/*
 * The last result of what was sent, the caller's to clear. NULL when none came in time
 * or the connection broke; then the connection is closed.
 */
PGresult *db_result(struct db *db);

#endif
