#include "programme/task.h"

#include <string.h>
#include <unistd.h>

#include "account/audit.h"
#include "base/conf.h"
#include "base/field.h"
#include "base/hash.h"
#include "base/rand.h"
#include "base/str.h"
#include "db/db.h"
#include "image/picture.h"

#include "programme/task.sql.h"

#define PICTURE_SIDE 1200 /* pixels: what phones show well */

struct row {
	const char *id, *url;
	const char
		*sha256; /* of the file as it was written; NULL for the first tasks */
};

static FIELDS(row_fields, FIELD(struct row, id), FIELD(struct row, url),
	FIELD(struct row, sha256));

static const char *
file_of(struct ctx *c, const char *url)
{
	const char *prefix = conf.programme_picture_url;

	return arena_fmt(&c->arena, "%s/tasks/%s", conf.fcgi_static_directory,
		url + (str_starts(url, prefix) ? strlen(prefix) : 0));
}

/* A new file under a new name, and the hash of what was written. */
static enum err
store(struct ctx *c, const void *picture, size_t size, const char **url,
	const char **sha256)
{
	*url = arena_fmt(&c->arena, "%s%s.jpg", conf.programme_picture_url,
		rand_uuid(&c->arena));
	TRY(picture_write(c, picture, size,
		&(struct picture_copy){PICTURE_SIDE, file_of(c, *url)}, 1));
	*sha256 = picture_sha256(c, file_of(c, *url));
	return OK;
}

static enum err
answer(struct ctx *c, const char *action, const char *id, const char *before,
	const char **out)
{
	const char *after, *data = NULL;

	TRY(db_json(c, &TASK_SAID, &after, ARGS(c, id)));
	if (before != NULL)
		TRY(audit_difference(c, before, after, NULL, &data));
	TRY(audit_add(c, action, "task", id, data));
	return db_json(c, &TASK_JSON, out, ARGS(c, id));
}

/* Whatever the case. Until the end of the transaction nobody else takes the title. */
static enum err
title_is_free(struct ctx *c, const char *title, const char *id)
{
	int64_t others;

	TRY(db_do(c, &TASK_LOCK_TITLES, ARGS(c)));
	TRY(db_int(c, &TASK_SAME_TITLE, &others, ARGS(c, title, id)));
	return others == 0 ? OK : fail(c, E_TASK_EXISTS, NULL);
}

enum err
task_add(struct ctx *c, const char *title, const void *picture, size_t size,
	const char **out)
{
	const char *url, *sha256;
	struct row row = {0};

	TRY(title_is_free(c, title, NULL));
	TRY(store(c, picture, size, &url, &sha256));
	enum err e = db_one(
		c, &TASK_INSERT, row_fields, &row, ARGS(c, url, title, sha256, c->now));
	if (e != OK)
		unlink(file_of(c, url));
	TRY(e);
	return answer(c, "task.add", row.id, NULL, out);
}

enum err
task_change(struct ctx *c, const char *id, const char *title, const void *picture,
	size_t size, const char **out)
{
	const char *sent = sha256_hex(&c->arena, picture, size), *url, *sha256 = NULL;
	const char *before;
	struct row row = {0};

	TRY(db_one(c, &TASK_LOCK, row_fields, &row, ARGS(c, id)));
	TRY(db_json(c, &TASK_SAID, &before, ARGS(c, id)));
	TRY(title_is_free(c, title, id));
	url = row.url;
	/* The client sends back what it has downloaded when only the title changes. */
	if (!str_eq(sent, row.sha256) &&
		!str_eq(sent, picture_sha256(c, file_of(c, row.url))))
		TRY(store(c, picture, size, &url, &sha256));
	enum err e = db_do(c, &TASK_UPDATE, ARGS(c, id, title, url, sha256, c->now));
	if (e != OK && sha256 != NULL)
		unlink(file_of(c, url));
	TRY(e); /* the old picture stays: a message that waits may still name it */
	return answer(c, "task.change", id, before, out);
}

enum err
task_toggle(struct ctx *c, const char *id, const char **out)
{
	struct row row = {0};
	const char *before;

	TRY(db_one(c, &TASK_LOCK, row_fields, &row, ARGS(c, id)));
	TRY(db_json(c, &TASK_SAID, &before, ARGS(c, id)));
	TRY(db_do(c, &TASK_ARCHIVE, ARGS(c, id, c->now)));
	return answer(c, "task.archive", id, before, out);
}
