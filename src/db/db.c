#include "db/db.h"

#include <libpq-fe.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/conf.h"
#include "base/log.h"
#include "base/str.h"
#include "db/db_conn.h"

#include "db/db.sql.h"

static const struct {
	const char *name;
	enum err err;
} constraints[] = {
#define CONSTRAINT(name, err) {name, err},
#include "db/constraints.def"
#undef CONSTRAINT
};

#define MOST_COLUMNS 64
#define ID_CHARACTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-"

static void
result_drop(void *result)
{
	PQclear(result);
}

/* What a failed statement means, logged here where the reason is known. */
static enum err
sql_fail(struct ctx *c, const char *name, PGresult *result)
{
	const char *state =
		result == NULL ? NULL : PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *broken =
		result == NULL ? NULL
			       : PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME);

	for (size_t i = 0;
		broken != NULL && i < sizeof(constraints) / sizeof(*constraints); i++)
		if (strcmp(constraints[i].name, broken) == 0)
			return fail(c, constraints[i].err, NULL);
	if (state == NULL || PQstatus(c->db->pg) != CONNECTION_OK ||
		strncmp(state, "08", 2) == 0 || strncmp(state, "57P", 3) == 0) {
		log_warn("db: %s: connection lost", name);
		db_close(c->db);
		return fail(c, E_BUSY, NULL);
	}
	if (strncmp(state, "40", 2) == 0 || strcmp(state, "57014") == 0 ||
		strcmp(state, "55P03") == 0 || strncmp(state, "53", 2) == 0) {
		log_warn("db: %s: state %s", name, state);
		return fail(c, E_BUSY, NULL);
	}
	/* Of a value that does not fit (class 22) the message quotes the value; of all
	 * others only the detail does. */
	bool quotes = strncmp(state, "22", 2) == 0;
	log_error("db: %s: state %s %s: %s", name, state, broken == NULL ? "" : broken,
		quotes ? "a value does not fit"
		       : PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY));
	return fail(c, quotes ? E_INPUT : E_BUG, NULL);
}

static bool
send_statement(struct db *db, const struct db_stmt *s, struct args args)
{
	if (db->is_brief)
		return PQsendQueryParams(db->pg, s->sql, args.count, NULL, args.values,
			       args.sizes, args.formats, 0) == 1;
	return PQsendQueryPrepared(db->pg, s->name, args.count, args.values, args.sizes,
		       args.formats, 0) == 1;
}

struct args
args_bytes(struct ctx *c, struct args args, const void *bytes, size_t n)
{
	size_t count = (size_t)args.count;
	const char **values = arena_new(&c->arena, count * sizeof(*values));
	int *sizes = arena_new(&c->arena, count * sizeof(*sizes)),
	    *formats = arena_new(&c->arena, count * sizeof(*formats));

	memcpy(values, args.values, count * sizeof(*values));
	values[count - 1] = bytes;
	sizes[count - 1] = (int)n;
	formats[count - 1] = 1;
	return (struct args){args.count, values, sizes, formats};
}

/* The request's id in the name of the connection, while the transaction lasts. */
static const char *
tag(struct ctx *c)
{
	const char *id = c->request_id;

	/* It stands in lists for people: only what is like an id. */
	if (id == NULL || strspn(id, ID_CHARACTERS) != strlen(id))
		return NULL;
	return arena_fmt(&c->arena, "%s %s", c->db->name, id);
}

/* The result of the one statement that matters; what was sent before it only has to
 * succeed, else that is the result. NULL: the connection is gone. */
static PGresult *
last_of(struct db *db, int count)
{
	PGresult *last = NULL, *next;

	for (int i = 0; i < count; i++) {
		next = db_result(db);
		if (next == NULL) {
			PQclear(last);
			return NULL;
		}
		if (PQresultStatus(next) == PGRES_PIPELINE_ABORTED) {
			PQclear(next);
			continue;
		}
		PQclear(last);
		last = next;
	}
	next = db_result(db); /* the sync */
	bool synced = next != NULL && PQresultStatus(next) == PGRES_PIPELINE_SYNC;
	PQclear(next);
	if (synced && PQexitPipelineMode(db->pg) == 1)
		return last;
	PQclear(last);
	return NULL;
}

/* The first statement of a transaction takes the beginning along: one round trip. */
static PGresult *
run_first(struct ctx *c, const struct db_stmt *s, struct args args)
{
	struct db *db = c->db;
	const char *name = tag(c);
	bool sent =
		PQenterPipelineMode(db->pg) == 1 &&
		PQsendQueryParams(db->pg, "begin", 0, NULL, NULL, NULL, NULL, 0) == 1;

	if (sent && name != NULL)
		sent = send_statement(db, &DB_TAG, ARGS(c, name));
	db->owes_begin = false;
	db->in_transaction = true;
	if (sent && send_statement(db, s, args) && PQpipelineSync(db->pg) == 1)
		return last_of(db, name == NULL ? 2 : 3);
	return NULL;
}

/* Sends one statement and waits for its last result, which lives as long as the ctx. */
static enum err
run(struct ctx *c, const struct db_stmt *s, struct args args, PGresult **out)
{
	struct db *db = c->db;
	PGresult *result = NULL;

	if (args.count != s->params) {
		log_error("db: %s takes %d parameters, not %d", s->name, s->params,
			args.count);
		return fail(c, E_BUG, NULL);
	}
	TRY(db_ready(c));
	c->queries++;
	if (db->owes_begin)
		result = run_first(c, s, args);
	else if (send_statement(db, s, args))
		result = db_result(db);
	if (result == NULL)
		return sql_fail(c, s->name, NULL);
	arena_defer(&c->arena, result_drop, result);
	ExecStatusType status = PQresultStatus(result);
	if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
		return sql_fail(c, s->name, result);
	*out = result;
	return OK;
}

static bool
value_read(const struct field *f, const char *v, void *member)
{
	switch (f->type) {
	case FIELD_TEXT:
		*(const char **)member = v;
		return true;
	case FIELD_INT:
		return int_read(v, member);
	case FIELD_TIME:
		return int_read(v, &((struct utc *)member)->us);
	case FIELD_BOOL:
		*(bool *)member = v[0] == 't';
		return true;
	case FIELD_REAL:
		*(double *)member = strtod(v, NULL);
		return true;
	case FIELD_DATE:
		return date_parse(v, member);
	default:
		return false;
	}
}

/* Where each member of a struct stands in a result, in the order of row_read(). */
struct columns {
	int number[MOST_COLUMNS];
	int used;
};

/* Fields of a struct inside are the columns outer_inner. */
static enum err
columns_find(struct ctx *c, const struct db_stmt *s, PGresult *r,
	const struct field *fields, const char *prefix, struct columns *out)
{
	for (const struct field *f = fields; f->name != NULL; f++) {
		const char *name = prefix[0] == '\0' ? f->name
						     : arena_fmt(&c->arena, "%s_%s",
							       prefix, f->name);

		if (f->type == FIELD_OBJECT) {
			TRY(columns_find(c, s, r, f->in, name, out));
			continue;
		}
		int column = PQfnumber(r, name);
		if (column < 0 || out->used == MOST_COLUMNS) {
			log_error("db: %s has no column %s", s->name, name);
			return fail(c, E_BUG, NULL);
		}
		out->number[out->used++] = column;
	}
	return OK;
}

static enum err
row_read(struct ctx *c, const struct db_stmt *s, PGresult *r, int row,
	const struct field *fields, const int **column, void *out)
{
	for (const struct field *f = fields; f->name != NULL; f++) {
		void *member = (char *)out + f->offset;

		if (f->type == FIELD_OBJECT) {
			TRY(row_read(c, s, r, row, f->in, column, member));
			continue;
		}
		int n = *(*column)++;
		if (PQgetisnull(r, row, n) == 1)
			continue;
		if (!value_read(f, PQgetvalue(r, row, n), member)) {
			log_error("db: %s: column %s cannot be read", s->name,
				PQfname(r, n));
			return fail(c, E_BUG, NULL);
		}
	}
	return OK;
}

enum err
db_maybe(struct ctx *c, const struct db_stmt *s, const struct field *fields, void *out,
	bool *found, struct args args)
{
	PGresult *r = NULL;

	TRY(run(c, s, args, &r));
	*found = PQntuples(r) > 0;
	struct columns columns = {.used = 0};
	const int *column = columns.number;
	if (!*found)
		return OK;
	TRY(columns_find(c, s, r, fields, "", &columns));
	return row_read(c, s, r, 0, fields, &column, out);
}

static enum err
no_row(struct ctx *c, const struct db_stmt *s)
{
	if (s->none == E_BUG)
		log_error("db: %s found no row", s->name);
	return fail(c, s->none, NULL);
}

enum err
db_one(struct ctx *c, const struct db_stmt *s, const struct field *fields, void *out,
	struct args args)
{
	bool found;

	TRY(db_maybe(c, s, fields, out, &found, args));
	return found ? OK : no_row(c, s);
}

enum err
db_many_sized(struct ctx *c, const struct db_stmt *s, const struct field *fields,
	size_t size, void **out, size_t *count, struct args args)
{
	PGresult *r = NULL;

	TRY(run(c, s, args, &r));
	*count = (size_t)PQntuples(r);
	*out = arena_new(&c->arena, size * (*count + 1));
	struct columns columns = {.used = 0};
	if (*count > 0)
		TRY(columns_find(c, s, r, fields, "", &columns));
	for (size_t i = 0; i < *count; i++) {
		const int *column = columns.number;
		TRY(row_read(
			c, s, r, (int)i, fields, &column, (char *)*out + i * size));
	}
	return OK;
}

enum err
db_each(struct ctx *c, const struct db_stmt *s, const struct db_reader *reader,
	struct args args)
{
	struct columns columns = {.used = 0};
	PGresult *r = NULL;

	TRY(run(c, s, args, &r));
	c->rows = PQntuples(r);
	if (c->rows > 0)
		TRY(columns_find(c, s, r, reader->fields, "", &columns));
	for (int i = 0; i < PQntuples(r); i++) {
		const int *column = columns.number;
		memset(reader->row, 0, reader->size);
		TRY(row_read(c, s, r, i, reader->fields, &column, reader->row));
		TRY(reader->take(reader->to, reader->row));
	}
	return OK;
}

enum err
db_do(struct ctx *c, const struct db_stmt *s, struct args args)
{
	PGresult *r = NULL;

	TRY(run(c, s, args, &r));
	if (PQresultStatus(r) == PGRES_TUPLES_OK)
		c->rows = PQntuples(r);
	else if (!int_read(PQcmdTuples(r), &c->rows))
		c->rows = 0;
	return c->rows == 0 && s->none != E_BUG ? fail(c, s->none, NULL) : OK;
}

/* pg_type.dat: booleans, numbers and JSON can stand in JSON as they are. */
static bool
is_number(Oid type)
{
	return type == 20 || type == 21 || type == 23 || type == 26 || type == 700 ||
	       type == 701 || type == 1700;
}

static const char *
cell(PGresult *r, int row, int column)
{
	const char *text = PQgetvalue(r, row, column);

	if (PQgetisnull(r, row, column) == 1)
		return NULL;
	if (PQftype(r, column) == 16)
		return text[0] == 't' ? "true" : "false";
	return text;
}

enum err
db_table(struct ctx *c, const struct db_stmt *s, struct db_table *out, struct args args)
{
	PGresult *r = NULL;

	TRY(run(c, s, args, &r));
	int rows = PQntuples(r), columns = PQnfields(r);
	size_t n = (size_t)columns;
	const char **names = arena_new(&c->arena, (n + 1) * sizeof(*names));
	const char **cells =
		arena_new(&c->arena, ((size_t)rows * n + 1) * sizeof(*cells));
	bool *numbers = arena_new(&c->arena, n + 1),
	     *json = arena_new(&c->arena, n + 1);

	for (int k = 0; k < columns; k++) {
		Oid type = PQftype(r, k);

		names[k] = PQfname(r, k);
		numbers[k] = is_number(type);
		json[k] = numbers[k] || type == 16 || type == 114 || type == 3802;
		for (int i = 0; i < rows; i++)
			cells[i * columns + k] = cell(r, i, k);
	}
	*out = (struct db_table){(size_t)rows, n, names, cells, json, numbers};
	return OK;
}

enum err
db_json(struct ctx *c, const struct db_stmt *s, const char **out, struct args args)
{
	PGresult *r = NULL;

	TRY(run(c, s, args, &r));
	if (PQntuples(r) == 0)
		return no_row(c, s);
	*out = PQgetisnull(r, 0, 0) == 1 ? NULL : PQgetvalue(r, 0, 0);
	return OK;
}

enum err
db_int(struct ctx *c, const struct db_stmt *s, int64_t *out, struct args args)
{
	const char *text = NULL;

	TRY(db_json(c, s, &text, args));
	if (text == NULL || !int_read(text, out)) {
		log_error("db: %s gave no integer", s->name);
		return fail(c, E_BUG, NULL);
	}
	return OK;
}

/* Where the beginning cannot go along with a statement. */
static enum err
begin_now(struct ctx *c)
{
	PGresult *r = NULL;
	const char *name = tag(c);

	return c->db->owes_begin ? run(c, &DB_TAG, ARGS(c, name), &r) : OK;
}

enum err
db_command(struct ctx *c, const char *sql)
{
	TRY(db_ready(c));
	TRY(begin_now(c));
	if (PQsendQuery(c->db->pg, sql) != 1)
		return sql_fail(c, sql, NULL);
	PGresult *r = db_result(c->db);
	if (r == NULL)
		return sql_fail(c, sql, NULL);
	arena_defer(&c->arena, result_drop, r);
	ExecStatusType status = PQresultStatus(r);
	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
		return sql_fail(c, sql, r);
	return OK;
}

/* What COPY says of a row; for the operator who gave it, so values may be in it. */
static enum err
copy_fail(struct ctx *c, const char *sql, PGresult *r)
{
	const char *context = r == NULL ? NULL : PQresultErrorField(r, PG_DIAG_CONTEXT);
	const char *words =
		r == NULL ? NULL : PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);
	enum err e = sql_fail(c, sql, r);

	if (e != E_INPUT)
		return e;
	ctx_clear_error(c);
	return fail(c, e, "%s%s%s", words, context == NULL ? "" : "; ",
		context == NULL ? "" : context);
}

enum err
db_copy_in(struct ctx *c, const char *sql, const char *bytes, size_t n)
{
	TRY(db_ready(c));
	TRY(begin_now(c));
	PGconn *pg = c->db->pg;
	PGresult *r = PQexec(pg, sql);
	bool ready = PQresultStatus(r) == PGRES_COPY_IN;

	arena_defer(&c->arena, result_drop, r);
	if (!ready)
		return copy_fail(c, sql, r);
	if (PQputCopyData(pg, bytes, (int)n) != 1 || PQputCopyEnd(pg, NULL) != 1)
		return sql_fail(c, sql, NULL);
	r = db_result(c->db);
	if (r == NULL)
		return sql_fail(c, sql, NULL);
	arena_defer(&c->arena, result_drop, r);
	return PQresultStatus(r) == PGRES_COMMAND_OK ? OK : copy_fail(c, sql, r);
}

enum err
db_begin(struct ctx *c)
{
	struct db *db = c->db;

	if (db->in_transaction || db->owes_begin) {
		log_error("db: begin inside a transaction");
		return fail(c, E_BUG, NULL);
	}
	db->owes_begin = true;
	return OK;
}

enum err
db_commit(struct ctx *c)
{
	struct db *db = c->db;

	if (db->owes_begin) { /* and nothing was done */
		db->owes_begin = false;
		ctx_committed(c);
		return OK;
	}
	db->in_transaction = false;
	if (!db_up(db) || PQtransactionStatus(db->pg) != PQTRANS_INTRANS) {
		db_rollback(c);
		return fail(c, db_up(db) ? E_BUG : E_BUSY, NULL);
	}
	enum err e = db_command(c, "commit");
	if (e == OK)
		ctx_committed(c);
	else
		ctx_undone(c);
	return e;
}

void
db_rollback(struct ctx *c)
{
	c->db->in_transaction = c->db->owes_begin = false;
	ctx_undone(c);
	if (!db_up(c->db) || PQtransactionStatus(c->db->pg) == PQTRANS_IDLE)
		return;
	PGresult *r = PQsendQuery(c->db->pg, "rollback") == 1 ? db_result(c->db) : NULL;
	if (r == NULL || PQresultStatus(r) != PGRES_COMMAND_OK)
		db_close(c->db);
	PQclear(r);
}

enum err
db_end(struct ctx *c, enum err e)
{
	if (e == OK)
		return db_commit(c);
	db_rollback(c);
	return e;
}
