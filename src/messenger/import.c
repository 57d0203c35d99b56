#include "messenger/import.h"

#include <libpq-fe.h>
#include <string.h>

#include "base/json.h"
#include "base/str.h"
#include "db/db.h"

#include "messenger/import.sql.h"

#define PAGE 1000     /* rows */
#define ROOM_PAGE 500 /* rooms with all that was said in them */

/* A table there: what of it is read, and the statement that takes it. */
static const struct table {
	const char *title, *name, *columns;
	const struct db_stmt *take;
	int page;
	const char *inside; /* rows of a room that come with it, NULL: none */
} tables[] = {{"users", "TB_USER", "t.*", &IMPORT_USERS, PAGE, NULL},
	{"files", "TB_UPLOADED_FILE", "t.*", &IMPORT_FILES, PAGE, NULL},
	{"profiles", "TB_PROFILE", "t.*", &IMPORT_PROFILES, PAGE, NULL},
	{"cards", "TB_CARD", "t.*", &IMPORT_CARDS, PAGE, NULL},
	{"relations", "TB_PROFILE_RELATION", "t.*", &IMPORT_RELATIONS, PAGE, NULL},
	{"subscriptions", "TB_CARD_SUBSCRIPTION", "t.*", &IMPORT_SUBSCRIPTIONS, PAGE,
		NULL},
	{"rooms", "TB_CHAT_ROOM", "t.*, i.list as participants", &IMPORT_ROOMS, PAGE,
		"TB_CHAT_PARTICIPANT"},
	{"talk", "TB_CHAT_ROOM", "t.uuid, i.list as events", &IMPORT_EVENTS, ROOM_PAGE,
		"TB_CHAT_EVENT"}};

struct import_source {
	PGconn *pg;
};

static void
source_end(void *source)
{
	PQfinish(((struct import_source *)source)->pg);
}

static void
result_end(void *result)
{
	PQclear(result);
}

/* One row of there; NULL with the reason noted. */
static PGresult *
ask(struct ctx *c, struct import_source *s, const char *sql)
{
	PGresult *result = PQexec(s->pg, sql);

	arena_defer(&c->arena, result_end, result);
	if (PQresultStatus(result) == PGRES_TUPLES_OK && PQntuples(result) == 1)
		return result;
	fail(c, E_PEER, "the older database: %s", PQerrorMessage(s->pg));
	return NULL;
}

enum err
import_open(struct ctx *c, const char *url, struct import_source **out)
{
	const char *plus = strstr(url, "+psycopg2://");
	struct import_source *s = arena_new(&c->arena, sizeof(*s));

	if (strncmp(url, "postgres", 8) != 0)
		return fail(c, E_INPUT, "the address must begin with postgresql://");
	if (plus != NULL)
		url = arena_fmt(&c->arena, "%.*s%s", (int)(plus - url), url,
			plus + strlen("+psycopg2"));
	s->pg = PQconnectdb(url);
	arena_defer(&c->arena, source_end, s);
	if (PQstatus(s->pg) != CONNECTION_OK)
		return fail(c, E_PEER, "the older database: %s", PQerrorMessage(s->pg));
	/* Its times are in UTC and without a zone; nothing there is changed. */
	if (ask(c, s,
		    "select set_config('timezone', 'UTC', false), "
		    "set_config('default_transaction_read_only', 'on', false)") == NULL)
		return E_PEER;
	*out = s;
	return OK;
}

size_t
import_tables(void)
{
	return sizeof(tables) / sizeof(*tables);
}

const char *
import_title(size_t table)
{
	return tables[table].title;
}

static enum err
number(struct ctx *c, struct import_source *s, const char *sql, int64_t *out)
{
	PGresult *result = ask(c, s, sql);

	*out = 0;
	if (result == NULL)
		return E_PEER;
	return int_read(PQgetvalue(result, 0, 0), out)
		       ? OK
		       : fail(c, E_PEER, "the older database gives no number");
}

enum err
import_total(struct ctx *c, struct import_source *s, size_t table, int64_t *total)
{
	const char *name = tables[table].name;
	int64_t there;

	*total = 0;
	TRY(number(c, s,
		arena_fmt(&c->arena,
			"select count(*) from pg_class where relname = '%s' and "
			"pg_table_is_visible(oid)",
			name),
		&there));
	return there == 0 ? OK
			  : number(c, s,
				    arena_fmt(&c->arena, "select count(*) from \"%s\"",
					    name),
				    total);
}

/* -- what became of a page */

static void
add_refused(struct arena *keep, struct import_tally *t, const char *why, int64_t count)
{
	struct import_refusal **at = &t->refused;

	while (*at != NULL && !str_eq((*at)->why, why))
		at = &(*at)->next;
	if (*at == NULL) {
		*at = arena_new(keep, sizeof(**at));
		(*at)->why = arena_str(keep, why);
	}
	(*at)->count += count;
}

static enum err
add_up(struct ctx *c, const char *json, struct arena *keep, struct import_tally *t)
{
	struct json_object *became, *refused;

	TRY(json_read(c, json, strlen(json), &became));
	t->added += json_number(became, "added");
	t->present += json_number(became, "present");
	refused = json_member(became, "refused", json_type_object);
	if (refused == NULL)
		return OK;
	json_object_object_foreach(refused, why, count)
	{
		add_refused(keep, t, why, json_object_get_int64(count));
	}
	return OK;
}

/*
 * The rows behind a number as one JSON array, their count and the last number. What is
 * in rooms is looked up for the whole page at once: those tables may lack an index.
 */
static const char *
page_sql(struct ctx *c, const struct table *t, int64_t after)
{
	const char *inside = "";

	if (t->inside != NULL)
		inside = arena_fmt(&c->arena,
			" left join (select i.room_id, json_agg(i order by i.uuid) as "
			"list "
			"from \"%s\" i where i.room_id in (select uuid from page) "
			"group by "
			"i.room_id) i on i.room_id = t.uuid",
			t->inside);
	return arena_fmt(&c->arena,
		"with page as (select * from \"%s\" where uuid > %lld order by uuid "
		"limit "
		"%d) select coalesce(json_agg(p), '[]')::text, count(*), "
		"coalesce(max(p.uuid), 0) from (select %s from page t%s) p",
		t->name, (long long)after, t->page, t->columns, inside);
}

enum err
import_page(struct ctx *c, struct import_source *s, size_t table, int64_t *after,
	bool *more, struct arena *keep, struct import_tally *tally)
{
	const struct table *t = &tables[table];
	int64_t count, last;
	const char *became;

	PGresult *page = ask(c, s, page_sql(c, t, *after));
	if (page == NULL)
		return E_PEER;
	if (!int_read(PQgetvalue(page, 0, 1), &count) ||
		!int_read(PQgetvalue(page, 0, 2), &last))
		return fail(c, E_PEER, "the older database gives no number");
	*more = count == t->page;
	if (count == 0)
		return OK;
	*after = last;
	tally->read += count;
	TRY(db_json(c, t->take, &became, ARGS(c, PQgetvalue(page, 0, 0))));
	return add_up(c, became, keep, tally);
}

struct numbers {
	int64_t setval;
};

static FIELDS(numbers_fields, FIELD(struct numbers, setval));

enum err
import_numbers(struct ctx *c, struct import_source *s)
{
	int64_t users, participants;
	struct numbers set;

	TRY(number(c, s, "select coalesce(max(uuid), 1) from \"TB_USER\"", &users));
	TRY(number(c, s, "select coalesce(max(uuid), 1) from \"TB_CHAT_PARTICIPANT\"",
		&participants));
	return db_one(
		c, &IMPORT_NUMBERS, numbers_fields, &set, ARGS(c, users, participants));
}
