#ifndef DB_H
#define DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ctx.h"
#include "base/field.h"

/*
 * PostgreSQL. One connection a process; all statements of the program are prepared when
 * it opens. A statement stands in a .sql file beside the .c that runs it; the build
 * makes one DB_STMT of it.
 *
 * Every call may also return E_BUSY (no connection, a timeout, a deadlock: the caller
 * may try again) and E_BUG (anything else, which is in the log), or the error that
 * constraints.def names for a broken constraint.
 */
struct db_stmt {
	const char *name;
	enum err none; /* what "no row" means to db_one() and "nothing changed" to
			  db_do() */
	int params;
	const char *sql;
};

/*
 * Defines a statement and puts a pointer to it in a section of its own, so that
 * db_open() finds all that are linked in. ASan must not put red zones between the
 * pointers.
 */
#if defined(__clang__)
#define DB_NO_REDZONE __attribute__((no_sanitize("address")))
#else
#define DB_NO_REDZONE
#endif
#define DB_STMT(id_, name_, none_, params_, sql_)                                      \
	static const struct db_stmt id_ = {name_, none_, params_, sql_};               \
	DB_NO_REDZONE static const struct db_stmt *const id_##_ref                     \
		__attribute__((section("db_stmts"), used)) = &id_;

/* Parameters as PostgreSQL's text form; NULL is null. */
struct args {
	int count;
	const char *const *values;
	const int *sizes, *formats; /* NULL: all are texts */
};

/* The same with bytes as they are in the place of the last one. */
struct args args_bytes(struct ctx *c, struct args args, const void *bytes, size_t n);

/*
 * ARGS(c, a, b, ...) of up to 16 values: text, int64_t and the smaller integers, bool,
 * double, struct utc (as microseconds, for the SQL function utc(); none is null),
 * struct date.
 */
#ifdef __cppcheck__ /* which does not know __VA_OPT__ */
#define ARGS(c_, ...) ((struct args){0})
#else
#define ARGS(c_, ...)                                                                  \
	((struct args){ARGS_COUNT(__VA_ARGS__),                                        \
		(const char *const[]){ARGS_MAP(c_, ##__VA_ARGS__) NULL}, NULL, NULL})
#endif

/* One row into a struct: each field is the column of its name. No row: the statement's
 * error. */
enum err db_one(struct ctx *c, const struct db_stmt *s, const struct field *fields,
	void *out, struct args args);

/* The same where no row is fine: *found says whether there was one. */
enum err db_maybe(struct ctx *c, const struct db_stmt *s, const struct field *fields,
	void *out, bool *found, struct args args);

/* All rows into an array of structs that lives as long as the ctx. */
#define db_many(c_, s_, fields_, out_, count_, args_)                                  \
	db_many_sized(c_, s_, fields_, sizeof(**(out_)), (void **)(out_), count_, args_)
enum err db_many_sized(struct ctx *c, const struct db_stmt *s,
	const struct field *fields, size_t size, void **out, size_t *count,
	struct args args);

/* Takes rows one by one: `row` is the one struct that all of them are read into. */
struct db_reader {
	const struct field *fields;
	void *row;
	size_t size;
	enum err (*take)(void *to, void *row);
	void *to;
};

/* All rows, one after the other: for lists that are too long to be kept as structs.
 * c->rows is their number. */
enum err db_each(struct ctx *c, const struct db_stmt *s, const struct db_reader *reader,
	struct args args);

/*
 * Runs a statement for its effect. c->rows is the number of rows changed; none at all
 * is the statement's error if its heading names one, else it is fine.
 */
enum err db_do(struct ctx *c, const struct db_stmt *s, struct args args);

/* A result as text, row by row, for people and scripts. */
struct db_table {
	size_t rows, columns;
	const char *const *names;
	const char *const *cells; /* rows * columns; NULL is null */
	const bool *is_json;   /* of a column: number, boolean or JSON, as it stands */
	const bool *is_number; /* of a column */
};

/* All rows with all columns, whatever they are. */
enum err db_table(
	struct ctx *c, const struct db_stmt *s, struct db_table *out, struct args args);

/* One row of one column: JSON text (or any text) to pass through; NULL if it is null.
 */
enum err db_json(
	struct ctx *c, const struct db_stmt *s, const char **out, struct args args);

/* One row of one integer. */
enum err db_int(struct ctx *c, const struct db_stmt *s, int64_t *out, struct args args);

/*
 * A transaction. begin inside a transaction is E_BUG. It is sent with the first
 * statement, in one round trip, and gives application_name the request id, so that
 * pg_stat_activity and the server's log show whose it is. commit runs what
 * ctx_after_commit() keeps; after E_BUSY from commit nobody knows whether it took
 * place.
 */
enum err db_begin(struct ctx *c);
enum err db_commit(struct ctx *c);
void db_rollback(struct ctx *c);

/* The end of what db_begin() began: committed if e is OK, else rolled back. Returns e,
 * or what the commit said. */
enum err db_end(struct ctx *c, enum err e);

/* Runs one plain command (no parameters), such as "listen job" or "set local ...". */
enum err db_command(struct ctx *c, const char *sql);

/*
 * Runs "copy TABLE ... from stdin ..." with these bytes, in one go. E_INPUT with
 * PostgreSQL's own words for bytes that do not fit the table.
 */
enum err db_copy_in(struct ctx *c, const char *sql, const char *bytes, size_t n);

/*
 * Makes the connection object; name goes into application_name. Nothing is connected
 * yet: the first statement does that. Never NULL.
 */
struct db *db_new(const char *name);

/*
 * Connects and prepares every statement. E_BUSY: no server. E_BUG: a statement does not
 * fit the schema; the log says which and why.
 */
enum err db_open(struct db *db);

/*
 * For a process that lives for one request: it prepares nothing when it connects, which
 * costs more than the few statements that it sends.
 */
void db_set_brief(struct db *db);

/* Closes the connection; the object can be used again. For a child after fork use
 * db_forget(). */
void db_close(struct db *db);

/* Drops the parent's connection in a child without telling the server. */
void db_forget(struct db *db);

/* Longest wait for one statement, in seconds, instead of db.timeout. For workers and
 * the CLI. */
void db_set_timeout(struct db *db, int64_t seconds);

/*
 * Before the processes of a program are forked: they tell each other when the server
 * does not answer at all, not even a new connection. What needs the database is then
 * refused at once (E_BUSY), but for one process a second that looks.
 */
void db_share_hang(void);

/* Listens on a channel of NOTIFY, now or at the next connect, and at every one after
 * that. */
void db_listen(struct db *db, const char *channel);

/*
 * Which connection this is: another number after each reconnect. What a session holds
 * (an advisory lock) is gone with it, though statements go on as if nothing had
 * happened.
 */
int64_t db_session(const struct db *db);

/* True while a connection is open and was fine when last used. */
bool db_up(const struct db *db);

/*
 * Waits up to milliseconds for a NOTIFY on a channel listened to; takes all that have
 * come. True if there was one. Returns early on a signal that program_signals()
 * catches.
 */
bool db_wait_notify(struct db *db, int milliseconds);

/* The same while other descriptors are waited for, too: their revents are set, and it
 * returns as soon as one has any. fds has room for one more. */
struct pollfd;
bool db_wait_notify_or(
	struct db *db, int milliseconds, struct pollfd *fds, size_t count);

const char *db_arg_text(struct ctx *c, const char *v);
const char *db_arg_int(struct ctx *c, int64_t v);
const char *db_arg_bool(struct ctx *c, bool v);
const char *db_arg_real(struct ctx *c, double v);
const char *db_arg_time(struct ctx *c, struct utc v);
const char *db_arg_date(struct ctx *c, struct date v);

#define ARG(c_, v_)                                                                    \
	_Generic((v_), const char *: db_arg_text, char *: db_arg_text, bool: db_arg_bool, \
		double: db_arg_real, struct utc: db_arg_time, struct date: db_arg_date,  \
		default: db_arg_int)((c_), (v_))

#define ARGS_COUNT(...)                                                                \
	ARGS_PICK(0, ##__VA_ARGS__, 20, 19, 18, 17, 16, 15, 14, 13, 12, 11, 10, 9, 8,  \
		7, 6, 5, 4, 3, 2, 1, 0)
#define ARGS_PICK(z_, a_, b_, c_, d_, e_, f_, g_, h_, i_, j_, k_, l_, m_, n_, o_, p_,  \
	q_, r_, s_, t_, count_, ...)                                                   \
	count_
#define ARGS_MAP(c_, ...) __VA_OPT__(ARGS_1(c_, __VA_ARGS__))
#define ARGS_1(c_, v_, ...) ARG(c_, v_), __VA_OPT__(ARGS_2(c_, __VA_ARGS__))
#define ARGS_2(c_, v_, ...) ARG(c_, v_), __VA_OPT__(ARGS_3(c_, __VA_ARGS__))
#define ARGS_3(c_, v_, ...) ARG(c_, v_), __VA_OPT__(ARGS_4(c_, __VA_ARGS__))
#define ARGS_4(c_, v_, ...) ARG(c_, v_), __VA_OPT__(ARGS_5(c_, __VA_ARGS__))
#define ARGS_5(c_, v_, ...) ARG(c_, v_), __VA_OPT__(ARGS_6(c_, __VA_ARGS__))
#define ARGS_6(c_, v_, ...) ARG(c_, v_), __VA_OPT__(ARGS_7(c_, __VA_ARGS__))
#define ARGS_7(c_, v_, ...) ARG(c_, v_), __VA_OPT__(ARGS_8(c_, __VA_ARGS__))
#define ARGS_8(c_, v_, ...) ARG(c_, v_), __VA_OPT__(ARGS_9(c_, __VA_ARGS__))
#define ARGS_9(c_, v_, ...) ARG(c_, v_), __VA_OPT__(ARGS_10(c_, __VA_ARGS__))
#define ARGS_10(c_, v_, ...) ARG(c_, v_), __VA_OPT__(ARGS_11(c_, __VA_ARGS__))
#define ARGS_11(c_, v_, ...) ARG(c_, v_), __VA_OPT__(ARGS_12(c_, __VA_ARGS__))
#define ARGS_12(c_, v_, ...) ARG(c_, v_), __VA_OPT__(ARGS_13(c_, __VA_ARGS__))
#define ARGS_13(c_, v_, ...) ARG(c_, v_), __VA_OPT__(ARGS_14(c_, __VA_ARGS__))
#define ARGS_14(c_, v_, ...) ARG(c_, v_), __VA_OPT__(ARGS_15(c_, __VA_ARGS__))
#define ARGS_15(c_, v_, ...) ARG(c_, v_), __VA_OPT__(ARGS_16(c_, __VA_ARGS__))
#define ARGS_16(c_, v_, ...) ARG(c_, v_), __VA_OPT__(ARGS_17(c_, __VA_ARGS__))
#define ARGS_17(c_, v_, ...) ARG(c_, v_), __VA_OPT__(ARGS_18(c_, __VA_ARGS__))
#define ARGS_18(c_, v_, ...) ARG(c_, v_), __VA_OPT__(ARGS_19(c_, __VA_ARGS__))
#define ARGS_19(c_, v_, ...) ARG(c_, v_), __VA_OPT__(ARGS_20(c_, __VA_ARGS__))
#define ARGS_20(c_, v_) ARG(c_, v_),

#endif
