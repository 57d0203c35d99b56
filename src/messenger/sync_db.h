#ifndef SYNC_DB_H
#define SYNC_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ctx.h"
#include "base/field.h"

/*
 * The SQLite file that a phone keeps of its contacts, in memory: four tables whose
 * columns, types and foreign keys the phone checks to the letter.
 */
enum sync_kind { SYNC_PROFILE = 1, SYNC_CARD, SYNC_RELATION, SYNC_SUBSCRIPTION };

/* A row of one of the tables, as src/messenger/sync.sql gives it. Times are seconds; a
 * NULL text and a deleted_at of 0 are null. */
struct sync_row {
	int64_t kind; /* enum sync_kind */
	int64_t uuid;
	const char *commit_id;
	int64_t created_at, modified_at;
	const char *name, *team_name, *description, *data, *image_url, *email, *phone,
		*sns, *address;
	int64_t deleted_at;
	const char *why_deleted;
	int64_t private, status;
	int64_t one, two, three; /* foreign keys, in the order of the table's columns */
};

extern const struct field sync_row_fields[];

struct sync_bytes {
	const void *bytes; /* in the ctx */
	size_t n;
};

/* A new file of these rows. E_INPUT. */
enum err sync_db_build(struct ctx *c, const struct sync_row *rows, size_t count,
	struct sync_bytes *out);

/* Some of the file: profiles with their relations, cards and subscriptions. */
struct sync_part {
	const int64_t *profiles;
	size_t profile_count;
	const struct sync_row *rows; /* all that the file shall have of them */
	size_t count;
};

/*
 * The file with that part as it shall be. *changed is false if it was so already; *out
 * is the old file then. E_INPUT: the old one is no file of this kind.
 */
enum err sync_db_change(struct ctx *c, const struct sync_bytes *old,
	const struct sync_part *part, bool *changed, struct sync_bytes *out);

/* All rows as text, a line a row, by table and number: two files with the same text
 * hold the same. E_INPUT also if a foreign key leads nowhere. */
enum err sync_db_dump(struct ctx *c, const struct sync_bytes *file, const char **out);

#endif
