#include "cli/demo_photo.h"

#include <errno.h>
#include <glob.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/install_paths.h"
#include "base/str.h"
#include "db/db.h"
#include "programme/photo.h"

#include "cli/demo_photo.sql.h"

/* The drawn photos, as arrays of PostgreSQL. */
struct drawn {
	struct buf names, sums, sizes;
	size_t count;
};

struct use {
	const char *name, *url; /* of the drawn photo; of the report's */
};

static FIELDS(use_fields, FIELD(struct use, name), FIELD(struct use, url));

static void
glob_end(void *found)
{
	globfree(found);
}

static const char *
file_of(struct ctx *c, const char *name)
{
	return arena_fmt(&c->arena, "%s/photos/%s.jpg", install_folder(), name);
}

static enum err
add(struct ctx *c, struct drawn *d, const char *path)
{
	const char *name = strrchr(path, '/') + 1, *before = d->count == 0 ? "{" : ",";
	size_t size;
	const char *bytes = file_get(c, path, &size);

	if (bytes == NULL)
		return fail(c, E_MISSING, "%s: %s", path, strerror(errno));
	buf_fmt(&d->names, "%s%.*s", before, (int)(strlen(name) - strlen(".jpg")),
		name);
	buf_fmt(&d->sums, "%s%s", before, sha256_hex(&c->arena, bytes, size));
	buf_fmt(&d->sizes, "%s%zu", before, size);
	d->count++;
	return OK;
}

static enum err
find_drawn(struct ctx *c, struct drawn *d)
{
	glob_t *found = arena_new(&c->arena, sizeof(*found));

	*d = (struct drawn){
		{.arena = &c->arena}, {.arena = &c->arena}, {.arena = &c->arena}, 0};
	if (glob(file_of(c, "*"), 0, NULL, found) != 0)
		return OK;
	arena_defer(&c->arena, glob_end, found);
	for (size_t i = 0; i < found->gl_pathc; i++)
		TRY(add(c, d, found->gl_pathv[i]));
	buf_add(&d->names, "}");
	buf_add(&d->sums, "}");
	buf_add(&d->sizes, "}");
	return OK;
}

/* The folders of a file below the photos' folder. */
static void
make_folders(struct ctx *c, const char *path)
{
	char *folder = arena_str(&c->arena, path);
	char *last = strrchr(folder, '/'), *before;

	*last = '\0';
	before = strrchr(folder, '/');
	*before = '\0';
	mkdir(folder, 0755);
	*before = '/';
	mkdir(folder, 0755);
}

static enum err
copy(struct ctx *c, const char *from, const char *to)
{
	size_t size;
	const char *bytes = file_get(c, from, &size);

	if (bytes == NULL)
		return fail(c, E_MISSING, "%s: %s", from, strerror(errno));
	FILE *f = fopen(to, "we"); /* not durable at once: it is a demo */
	bool good = f != NULL && fwrite(bytes, 1, size, f) == size;
	if (f != NULL)
		good = fclose(f) == 0 && good;
	return good ? OK : fail(c, E_BUSY, "%s: %s", to, strerror(errno));
}

/* Thousands of reports share what a few hundred files have: each drawn photo is copied
 * once, its further uses are hard links. */
static enum err
lay(struct ctx *c, const struct use *uses, size_t count)
{
	const char *first = NULL;

	for (size_t i = 0; i < count; i++) {
		const char *to = photo_file(c, uses[i].url, PHOTO_WHOLE);

		make_folders(c, to);
		if (i > 0 && str_eq(uses[i].name, uses[i - 1].name) &&
			(link(first, to) == 0 || errno == EEXIST))
			continue;
		TRY(copy(c, file_of(c, uses[i].name), to));
		first = to;
	}
	return OK;
}

enum err
demo_photos(struct ctx *c, const char *shift_id, struct date today)
{
	struct drawn d;
	struct use *uses;
	size_t count;

	TRY(find_drawn(c, &d));
	if (d.count == 0) {
		puts("no drawn photos are installed: the reports have none");
		return OK;
	}
	const char *names = buf_text(&d.names), *sums = buf_text(&d.sums);
	TRY(db_many(c, &DEMO_PHOTOS, use_fields, &uses, &count,
		ARGS(c, shift_id, names, sums, buf_text(&d.sizes), today)));
	TRY(db_do(c, &DEMO_ALIKE, ARGS(c, shift_id, names, sums, today)));
	return lay(c, uses, count);
}
