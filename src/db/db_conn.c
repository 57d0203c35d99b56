#include "db/db_conn.h"

#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/conf.h"
#include "base/fence.h"
#include "base/log.h"
#include "base/prefork.h"
#include "base/program.h"
#include "base/utc.h"

#define CONNECT_MS                                                                     \
	900          /* a request without its database is answered within a second     \
		      */
#define RETRY_MS 200 /* how long a failed attempt speaks for the next ones */

#define LOOK_MS 100      /* between two looks at what the other processes know */
#define SILENT_MS 1000   /* no answer for so long: is the server there at all? */
#define HANG_MS 1000     /* that it is not is believed for so long */
#define PREPARE_ROUNDS 4 /* of statements that met a lock */

extern const struct db_stmt *const __start_db_stmts[] __attribute__((weak));
extern const struct db_stmt *const __stop_db_stmts[] __attribute__((weak));

struct db *
db_new(const char *name)
{
	/* All are kept, so that a tool which looks for lost memory finds them. */
	static struct db *newest;
	struct db *db = calloc(1, sizeof(*db));

	if (db == NULL)
		abort();
	db->before = newest;
	newest = db;
	db->name = name;
	db->timeout_ms = conf.db_timeout * 1000;
	return db;
}

void
db_set_timeout(struct db *db, int64_t seconds)
{
	db->timeout_ms = seconds * 1000;
}

int64_t
db_session(const struct db *db)
{
	return db->session;
}

bool
db_up(const struct db *db)
{
	return db->pg != NULL && PQstatus(db->pg) == CONNECTION_OK;
}

void
db_set_brief(struct db *db)
{
	db->is_brief = true;
}

void
db_close(struct db *db)
{
	if (db->pg != NULL)
		PQfinish(db->pg);
	db->pg = NULL;
}

void
db_forget(struct db *db)
{
	/* PQfinish() would end the parent's session too: leave the memory, close the
	 * descriptor. */
	if (db->pg != NULL)
		close(PQsocket(db->pg));
	db->pg = NULL;
	db->in_transaction = db->owes_begin = false;
}

static bool
wait_socket(PGconn *pg, short events, int64_t until)
{
	struct pollfd p = {.fd = PQsocket(pg), .events = events};

	for (;;) {
		int64_t left = until - monotonic_us() / 1000;
		int n = poll(&p, 1, left < 0 ? 0 : (int)left);

		if (n > 0)
			return true;
		if (n == 0 || errno != EINTR)
			return false;
	}
}

/* Nobody listens to notices: they would go to standard error without a level. */
static void
notice_drop(void *arg, const PGresult *result)
{
	(void)arg;
	(void)result;
}

static PGconn *
connect_start(const struct db *db)
{
	const char *words[] = {"host", "port", "dbname", "user", "password", "sslmode",
		"application_name", "options", "client_encoding", NULL};
	char options[256];

	/* Compiling a statement costs more than any of ours takes. */
	snprintf(options, sizeof(options),
		"-c jit=off -c timezone=%s -c statement_timeout=%lld -c "
		"lock_timeout=%lld "
		"-c idle_in_transaction_session_timeout=60000",
		conf.site_time_zone, (long long)db->timeout_ms,
		(long long)db->timeout_ms);
	const char *values[] = {conf.db_host, conf.db_port, conf.db_name, conf.db_user,
		conf.db_password, conf.db_sslmode, db->name, options, "UTF8", NULL};
	PGconn *pg = PQconnectStartParams(words, values, 0);

	if (pg != NULL)
		PQsetNoticeReceiver(pg, notice_drop, NULL);
	return pg;
}

/* PQconnectdb() waits two seconds at least for a host that does not answer; this does
 * not. */
static bool
connect_finish(PGconn *pg)
{
	int64_t until = monotonic_us() / 1000 + CONNECT_MS;
	PostgresPollingStatusType state = PGRES_POLLING_WRITING;

	while (PQstatus(pg) != CONNECTION_BAD && state != PGRES_POLLING_OK) {
		if (state == PGRES_POLLING_FAILED ||
			!wait_socket(pg,
				state == PGRES_POLLING_READING ? POLLIN : POLLOUT,
				until))
			return false;
		state = PQconnectPoll(pg);
	}
	return PQstatus(pg) == CONNECTION_OK;
}

/* Shared by the processes of a program: until when (monotonic milliseconds) the server
 * is known to hang; 0: it does not. NULL: each process is alone. */
static atomic_llong *hang;

void
db_share_hang(void)
{
	hang = prefork_memory(sizeof(*hang));
}

static int64_t
now_ms(void)
{
	return monotonic_us() / 1000;
}

/* Does the server answer anybody? A new connection tells a server that hangs from a
 * statement that takes long; a refusal is an answer. */
static bool
answers_at_all(const struct db *db)
{
	PGconn *pg = connect_start(db);
	bool answers =
		pg != NULL && (connect_finish(pg) || PQstatus(pg) == CONNECTION_BAD);

	PQfinish(pg);
	if (!answers) {
		atomic_store(hang, now_ms() + HANG_MS);
		log_warn("db: the server does not answer at all");
	}
	return answers;
}

/*
 * While the server hangs one process at a time finds out whether it still does; all
 * others refuse at once what needs the database, and so have time for what does not.
 */
static bool
is_hanging(const struct db *db)
{
	long long until = hang == NULL ? 0 : atomic_load(hang);
	int64_t now = now_ms();

	if (until == 0 || db->in_transaction)
		return false;
	if (now < until ||
		!atomic_compare_exchange_strong(hang, &until, now + HANG_MS) ||
		!answers_at_all(db))
		return true;
	atomic_store(hang, 0);
	return false;
}

/* Waits for the answer to a statement that was sent at `begin`. */
static bool
wait_answer(const struct db *db, int64_t begin, int64_t until)
{
	bool asked = hang == NULL;

	for (;;) {
		int64_t look = now_ms() + LOOK_MS;

		if (wait_socket(db->pg, POLLIN,
			    hang == NULL || look > until ? until : look))
			return true;
		if (now_ms() >= until || hang == NULL)
			return false;
		if (now_ms() < begin + SILENT_MS)
			continue;
		if (now_ms() < atomic_load(hang) || (!asked && !answers_at_all(db)))
			return false;
		asked = true;
	}
}

PGresult *
db_result(struct db *db)
{
	/* The server ends a statement itself at the timeout; one second more is for its
	 * answer. */
	int64_t begin = now_ms(), until = begin + db->timeout_ms + 1000;
	PGresult *last = NULL, *next;

	for (;;) {
		while (PQisBusy(db->pg) == 1) {
			if (!wait_answer(db, begin, until) ||
				PQconsumeInput(db->pg) != 1) {
				log_warn("db: no answer: %s", PQerrorMessage(db->pg));
				PQclear(last);
				db_close(db);
				return NULL;
			}
		}
		next = PQgetResult(db->pg);
		if (hang != NULL && atomic_load(hang) != 0)
			atomic_store(hang, 0);
		if (next == NULL)
			return last;
		PQclear(last);
		last = next;
		if (PQresultStatus(last) == PGRES_PIPELINE_SYNC)
			return last;
	}
}

/* A lock that is held for a moment, by a migration say, is no misfit. */
static enum err
unfit(const struct db_stmt *s, const PGresult *r)
{
	const char *state = PQresultErrorField(r, PG_DIAG_SQLSTATE);

	if (state != NULL &&
		(strncmp(state, "40", 2) == 0 || strcmp(state, "55P03") == 0 ||
			strncmp(state, "57", 2) == 0)) {
		log_warn("db: statement %s: %s", s->name, PQresultErrorMessage(r));
		return E_BUSY;
	}
	log_error("db: statement %s does not fit the schema: %s", s->name,
		PQresultErrorMessage(r));
	return E_BUG;
}

/*
 * One round of those that are not done, each a transaction of its own: one of all would
 * hold the locks of all tables until its end, and make a deadlock with whoever locks
 * table after table (a migration, TRUNCATE). *locked: there was one even so.
 */
static enum err
prepare_round(struct db *db, bool *done, bool *locked)
{
	enum err e = OK;
	size_t count = (size_t)(__stop_db_stmts - __start_db_stmts);

	*locked = false;
	for (size_t i = 0; i < count; i++) {
		const struct db_stmt *s = __start_db_stmts[i];
		if (!done[i] && (PQsendPrepare(db->pg, s->name, s->sql, 0, NULL) != 1 ||
					PQpipelineSync(db->pg) != 1))
			return E_BUSY;
	}
	for (size_t i = 0; i < count; i++) {
		if (done[i])
			continue;
		PGresult *r = db_result(db);
		if (r == NULL)
			return E_BUSY;
		done[i] = PQresultStatus(r) == PGRES_COMMAND_OK;
		if (!done[i] && unfit(__start_db_stmts[i], r) == E_BUSY)
			*locked = true;
		else if (!done[i])
			e = E_BUG;
		PQclear(r);
		PQclear(db_result(db)); /* the sync */
		if (db->pg == NULL)
			return E_BUSY;
	}
	return e;
}

/* All statements in one go: 200 of them cost one round trip, not 200. */
static enum err
prepare_all(struct db *db)
{
	size_t count = (size_t)(__stop_db_stmts - __start_db_stmts);
	bool *done = calloc(count + 1, sizeof(*done)), locked = true;
	enum err e = OK;

	if (done == NULL)
		abort();
	if (PQenterPipelineMode(db->pg) != 1)
		e = E_BUG;
	for (int round = 0; e == OK && locked && round < PREPARE_ROUNDS; round++)
		e = prepare_round(db, done, &locked);
	free(done);
	if (e == OK && (locked || PQexitPipelineMode(db->pg) != 1))
		e = E_BUSY;
	return e;
}

static enum err
send_listen(struct db *db)
{
	char sql[80];

	if (db->channel == NULL)
		return OK;
	snprintf(sql, sizeof(sql), "listen %s", db->channel);
	PGresult *r = PQsendQuery(db->pg, sql) == 1 ? db_result(db) : NULL;
	enum err e = r != NULL && PQresultStatus(r) == PGRES_COMMAND_OK ? OK : E_BUSY;
	PQclear(r);
	return e;
}

/* Before anything else is done: is this a copy that must leave the world alone? */
static enum err
enter_installation(struct db *db)
{
	PGresult *r = PQsendQuery(db->pg, "select installation.enter()") == 1
			      ? db_result(db)
			      : NULL;
	bool answered = r != NULL && PQresultStatus(r) == PGRES_TUPLES_OK;

	if (answered)
		fence_set(PQgetvalue(r, 0, 0)[0] == 't');
	else if (r != NULL)
		log_error("db: installation.enter(): %s", PQresultErrorMessage(r));
	PQclear(r);
	return answered ? OK : E_BUSY;
}

enum err
db_open(struct db *db)
{
	db_close(db);
	db->session++;
	db->pg = connect_start(db);
	if (db->pg == NULL || !connect_finish(db->pg)) {
		log_warn("db: cannot connect: %s",
			db->pg == NULL ? "" : PQerrorMessage(db->pg));
		db_close(db);
		db->retry_at = monotonic_us() / 1000 + RETRY_MS;
		return E_BUSY;
	}
	enum err e = db->is_brief ? OK : prepare_all(db);
	if (e == OK)
		e = enter_installation(db);
	if (e == OK)
		e = send_listen(db);
	if (e != OK) {
		db_close(db);
		db->retry_at = monotonic_us() / 1000 + RETRY_MS;
	}
	return e;
}

/*
 * Has the server gone while nothing was asked of it? Then the end of the connection is
 * there to be read, and nobody need see an error: nothing was under way.
 */
static bool
closed_while_idle(struct db *db)
{
	struct pollfd fd = {.fd = PQsocket(db->pg), .events = POLLIN};

	if (db->in_transaction || PQtransactionStatus(db->pg) != PQTRANS_IDLE)
		return false;
	while (PQstatus(db->pg) == CONNECTION_OK && poll(&fd, 1, 0) > 0)
		if (PQconsumeInput(db->pg) != 1)
			break;
	return PQstatus(db->pg) != CONNECTION_OK;
}

enum err
db_ready(struct ctx *c)
{
	struct db *db = c->db;

	if (is_hanging(db))
		return fail(c, E_BUSY, NULL);
	if (db->pg != NULL && PQstatus(db->pg) == CONNECTION_OK &&
		!closed_while_idle(db))
		return OK;
	if (db->in_transaction || monotonic_us() / 1000 < db->retry_at)
		return fail(c, E_BUSY, NULL);
	enum err e = db_open(db);
	if (e == E_BUG)
		log_error("db: the schema has changed under this program: stop");
	return e == OK ? OK : fail(c, e, NULL);
}

void
db_listen(struct db *db, const char *channel)
{
	db->channel = channel;
	if (db_up(db) && send_listen(db) != OK)
		db_close(db);
}

static bool
take_notifies(struct db *db)
{
	bool any = false;
	PGnotify *n;

	while (db->pg != NULL && (n = PQnotifies(db->pg)) != NULL) {
		any = true;
		PQfreemem(n);
	}
	return any;
}

bool
db_wait_notify_or(struct db *db, int milliseconds, struct pollfd *fds, size_t count)
{
	struct timespec ts = {milliseconds / 1000, milliseconds % 1000 * 1000000L};
	struct timespec second = {.tv_sec = 1};

	if (!db_up(db)) {
		ppoll(fds, count, milliseconds < 1000 ? &ts : &second,
			program_wait_mask());
		return false;
	}
	if (take_notifies(db))
		return true;
	fds[count] = (struct pollfd){.fd = PQsocket(db->pg), .events = POLLIN};
	if (ppoll(fds, count + 1, &ts, program_wait_mask()) <= 0 ||
		fds[count].revents == 0)
		return false;
	if (PQconsumeInput(db->pg) != 1)
		db_close(db);
	return take_notifies(db);
}

bool
db_wait_notify(struct db *db, int milliseconds)
{
	struct pollfd own;

	return db_wait_notify_or(db, milliseconds, &own, 0);
}
