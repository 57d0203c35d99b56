#include "programme/photo_files.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "base/conf.h"
#include "base/file.h"
#include "base/log.h"
#include "db/db.h"
#include "programme/photo.h"
#include "image/picture.h"

#include "programme/photo_files.sql.h"

#define SWEEP_MOST 500 /* originals a job */

struct row {
	const char *id, *url;
};

static FIELDS(row_fields, FIELD(struct row, id), FIELD(struct row, url));

static enum err
remove_file(struct ctx *c, const char *path)
{
	if (unlink(path) == 0 || errno == ENOENT)
		return OK;
	return fail(c, E_BUSY, "%s: %s", path, strerror(errno));
}

enum err
photo_remove(struct ctx *c, const char *path)
{
	TRY(remove_file(c, photo_file(c, path, PHOTO_ORIGINAL)));
	TRY(remove_file(c, photo_file(c, path, PHOTO_WHOLE)));
	return remove_file(c, photo_file(c, path, PHOTO_THUMBNAIL));
}

static enum err
make(struct ctx *c, const char *path, const void *bytes, size_t size)
{
	const struct picture_copy copies[] = {
		{PHOTO_SIDE, photo_file(c, path, PHOTO_WHOLE)},
		{PHOTO_THUMBNAIL_SIDE, photo_file(c, path, PHOTO_THUMBNAIL)}};

	return picture_write(c, bytes, size, copies, 2);
}

enum err
photo_store(struct ctx *c, const char *path, const void *bytes, size_t size, bool *kept)
{
	*kept = conf.programme_keep_originals;
	TRY(make(c, path, bytes, size));
	if (!*kept)
		return OK;
	enum err e =
		file_put(c, photo_file(c, path, PHOTO_ORIGINAL), bytes, size, 0600);
	if (e != OK)
		photo_remove(c, path);
	return e;
}

enum err
photo_remake_all(struct ctx *c, bool dry, int64_t *count)
{
	const struct job_kind *kind = job_kind("photo.remake");

	TRY(db_int(c, &PHOTO_ORIGINALS, count, ARGS(c)));
	return dry ? OK : db_do(c, &PHOTO_REMAKE, ARGS(c, kind->priority, kind->tries));
}

enum err
photo_remake_job(struct ctx *c, const struct job *job)
{
	struct row row = {0};
	bool there, still;
	size_t size;

	TRY(db_maybe(c, &PHOTO_WITH_ORIGINAL, row_fields, &row, &there,
		ARGS(c, job->subject)));
	if (!there)
		return OK;
	const char *bytes = file_get(c, photo_file(c, row.url, PHOTO_ORIGINAL), &size);
	if (bytes == NULL)
		return fail(c, E_MISSING, "the original of the photo %s: %s", row.url,
			strerror(errno));
	TRY(make(c, row.url, bytes, size));
	/* The person may have been erased, or the photo given up, meanwhile. */
	TRY(db_maybe(c, &PHOTO_WITH_ORIGINAL, row_fields, &row, &still,
		ARGS(c, job->subject)));
	if (!still)
		return photo_remove(c, row.url);
	return job_add(
		c, &(struct job_order){
			   .kind = "photo.compare", .subject = row.id, .key = row.id});
}

enum err
photo_sweep_job(struct ctx *c, const struct job *job)
{
	struct row *rows;
	size_t count;

	TRY(db_many(c, &PHOTO_ORIGINAL_OVER, row_fields, &rows, &count,
		ARGS(c, conf.programme_keep_originals, (int64_t)SWEEP_MOST)));
	for (size_t i = 0; i < count; i++) {
		TRY(remove_file(c, photo_file(c, rows[i].url, PHOTO_ORIGINAL)));
		TRY(db_do(c, &PHOTO_ORIGINAL_GONE, ARGS(c, rows[i].id)));
	}
	if (count > 0)
		log_info("photo.sweep removed originals=%zu", count);
	if (count < SWEEP_MOST)
		return OK;
	return job_add(c, &(struct job_order){.kind = "photo.sweep",
				  .subject = job->subject,
				  .key = "photo.sweep/"});
}
