#include "catalogue/load.h"

#include <string.h>
#include <time.h>

#include "base/str.h"
#include "catalogue/edition.h"
#include "catalogue/feed.h"
#include "db/db.h"

#include "catalogue/load.sql.h"

#define LOCK_TRIES 30
#define LOCK_PAUSE_MS 100

/* Films that came as JSON are of the right form, or the source says which is not. */
static enum err
check_documents(struct ctx *c, const struct load *l)
{
	const char *fault;

	TRY(db_json(c, &LOAD_DOCUMENT_FAULT, &fault, ARGS(c)));
	return fault == NULL ? OK : fail(c, E_INPUT, "%s: %s", l->source, fault);
}

/* "{a,b}" of what stands left or right of the = of each --map. */
static const char *
map_array(struct ctx *c, const struct load *l, bool theirs)
{
	struct buf list = {.arena = &c->arena};

	buf_add(&list, "{");
	for (size_t i = 0; i < l->map_count; i++) {
		size_t n = strcspn(l->maps[i], "=");
		const char *word = theirs ? l->maps[i] + n + 1
					  : arena_strn(&c->arena, l->maps[i], n);

		buf_add(&list, i == 0 ? "\"" : ",\"");
		for (; *word != '\0'; word++)
			buf_fmt(&list, strchr("\"\\", *word) != NULL ? "\\%c" : "%c",
				*word);
		buf_add(&list, "\"");
	}
	buf_add(&list, "}");
	return buf_text(&list);
}

static enum err
check_maps(struct ctx *c, const struct load *l)
{
	for (size_t i = 0; i < l->map_count; i++) {
		const char *sign = strchr(l->maps[i], '=');

		if (sign == NULL || sign == l->maps[i] || sign[1] == '\0')
			return fail(c, E_INPUT, "--map %s: OURS=THEIRS is meant",
				l->maps[i]);
	}
	return OK;
}

/* What made ids belong to: the name of the file or folder, without what it ends in. */
static const char *
ids_name(struct ctx *c, const struct load *l)
{
	const char *start = l->source, *end = start + strlen(start);

	if (l->name != NULL)
		return l->name;
	while (end > start && end[-1] == '/')
		end--;
	for (const char *p = start; p < end; p++)
		if (*p == '/')
			start = p + 1;
	for (const char *p = end; p > start; p--)
		if (p[-1] == '.' && p - 1 > start) {
			end = p - 1;
			break;
		}
	return arena_strn(&c->arena, start, (size_t)(end - start));
}

/* The set that stays is better than one that has lost half of this one. */
static enum err
check_losses(struct ctx *c, const struct load *l)
{
	const char *losses;

	TRY(db_json(c, &LOAD_TOO_MUCH, &losses, ARGS(c)));
	if (losses == NULL || l->accept_losses)
		return OK;
	return fail(c, E_INPUT,
		"%s: too much would be lost, so the catalogue stays as it is:%s\n"
		"--accept-losses loads it all the same",
		l->source, losses);
}

/* Films, genres and people from the rows, in order; ids and names made on the way. */
static enum err
build_set(struct ctx *c, struct load *l)
{
	static const struct {
		const char *what;
		const struct db_stmt *stmt;
	} steps[] = {{"documents", &LOAD_DOCUMENTS}, {"names", &LOAD_NAMES},
		{"films in order", &LOAD_FILMS},
		{"genres, people, roles", &LOAD_PEOPLE}, {"spelling", &LOAD_SPELLING},
		{"indexes", &LOAD_INDEXES}, {"settled", &LOAD_SETTLE}};
	const int64_t count = sizeof(steps) / sizeof(*steps);

	for (int64_t i = 0; i < count; i++) {
		load_report(l, steps[i].what, i, count);
		TRY(db_do(c, steps[i].stmt, ARGS(c)));
		if (steps[i].stmt == &LOAD_PEOPLE)
			TRY(check_losses(c, l));
	}
	load_report(l, "in force", count, count);
	return OK;
}

/* The connection holds it. PostgreSQL may notice a little later that the one of a load
 * that has just ended is gone. */
static enum err
lock(struct ctx *c)
{
	const struct timespec pause = {.tv_nsec = LOCK_PAUSE_MS * 1000000L};
	int64_t mine = 0;

	for (int i = 0; i < LOCK_TRIES; i++) {
		if (i > 0)
			nanosleep(&pause, NULL);
		TRY(db_int(c, &LOAD_LOCK, &mine, ARGS(c)));
		if (mine != 0)
			return OK;
	}
	return fail(c, E_BUSY, "another load is running");
}

enum err
catalogue_load(struct ctx *c, struct load *l)
{
	int64_t films, resumed;

	TRY(check_maps(c, l));
	TRY(lock(c));
	const char *name = feed_name(c, l);
	TRY(db_int(c, &LOAD_OPEN, &resumed, ARGS(c, name, ids_name(c, l))));
	l->resumed = resumed != 0;
	TRY(feed_source(c, l, name));
	TRY(db_do(c, &LOAD_RENAME,
		ARGS(c, map_array(c, l, false), map_array(c, l, true))));
	TRY(check_documents(c, l));
	TRY(build_set(c, l));
	TRY(db_int(c, &LOAD_FILMS_THERE, &films, ARGS(c)));
	if (films == 0)
		return fail(c, E_INPUT, "%s has no film: the catalogue stays as it is",
			l->source);
	TRY(db_int(c, &LOAD_MADE, &l->made_ids, ARGS(c)));
	return edition_publish(c, l->source, &l->edition);
}
