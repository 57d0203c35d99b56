#include "messenger/import_files.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/conf.h"
#include "base/log.h"
#include "base/str.h"
#include "db/db.h"
#include "messenger/object.h"
#include "messenger/upload.h"

#include "messenger/import_files.sql.h"

#define S3 "s3://"
#define REFUSED_MOST 20

struct import_files {
	const char *folder; /* NULL: a bucket's */
	struct s3_site site;
	const char *prefix; /* of keys */
	int refused;        /* in a row, over the pages */
};

static FIELDS(file_fields, FIELD(struct import_file, id),
	FIELD(struct import_file, account_id), FIELD(struct import_file, old_id),
	FIELD(struct import_file, filename));

static enum err
open_bucket(
	struct ctx *c, const char *name, const char *endpoint, struct import_files *out)
{
	size_t bucket = strcspn(name, "/");
	const char *prefix = name + bucket;

	while (*prefix == '/')
		prefix++;
	size_t n = strlen(prefix);
	while (n > 0 && prefix[n - 1] == '/')
		n--;
	if (bucket == 0)
		return fail(c, E_INPUT, "which bucket? s3://BUCKET");
	out->prefix =
		n == 0 ? "user_content/uploads" : arena_strn(&c->arena, prefix, n);
	out->site = (struct s3_site){.base = endpoint,
		.bucket = arena_strn(&c->arena, name, bucket),
		.region = conf.s3_region};
	if (endpoint == NULL)
		out->site.base = arena_fmt(
			&c->arena, "https://s3.%s.amazonaws.com", conf.s3_region);
	return OK;
}

enum err
import_files_open(struct ctx *c, const char *from, const char *endpoint,
	struct import_files **out)
{
	struct stat st;

	*out = arena_new(&c->arena, sizeof(**out));
	if (endpoint != NULL && !str_starts(endpoint, "http://") &&
		!str_starts(endpoint, "https://"))
		return fail(c, E_INPUT, "the endpoint must begin with https://");
	if (str_starts(from, S3))
		return open_bucket(c, from + strlen(S3), endpoint, *out);
	if (stat(from, &st) != 0 || !S_ISDIR(st.st_mode))
		return fail(c, E_INPUT, "%s is no folder", from);
	(*out)->folder = from;
	return OK;
}

/* -- from a folder */

static int
open_file(const char *path, int64_t *size)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

	if (fd >= 0 && (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))) {
		close(fd);
		fd = -1;
	}
	*size = fd < 0 ? 0 : st.st_size;
	return fd;
}

/* to NULL: only look whether it is there. */
static enum err
bring_file(struct ctx *c, const char *folder, const struct import_file *m,
	const struct object_place *to, struct s3_digests *out)
{
	int fd = open_file(arena_fmt(&c->arena, "%s/%lld/%s", folder,
				   (long long)m->old_id, m->filename),
		&out->size);

	out->found = fd >= 0;
	if (fd < 0)
		return OK;
	enum err e = to == NULL ? OK : s3_put_file(c, &to->object, fd, out->size, out);
	out->found = true;
	close(fd);
	return e;
}

/* -- from a bucket */

static enum err
bring_object(struct ctx *c, const struct import_files *from,
	const struct import_file *m, const struct object_place *to,
	struct s3_digests *out)
{
	const struct s3_object object = {
		from->site, arena_fmt(&c->arena, "%s/%lld/%s", from->prefix,
				    (long long)m->old_id, m->filename)};
	struct s3_state state = {0};
	struct s3_transferred came = {0};

	TRY(s3_head(c, &object, &state));
	out->found = state.found;
	out->size = state.size;
	if (!state.found || to == NULL)
		return OK;
	const struct s3_transfer flow = {.from = &object,
		.to = &to->object,
		.etag = state.etag,
		.size = state.size,
		.whole = true};
	TRY(s3_stream(c, &flow, &came));
	out->md5 = came.md5;
	return OK;
}

static enum err
bring(struct ctx *c, const struct import_files *from, const struct import_file *m,
	const struct object_place *to, struct s3_digests *out)
{
	*out = (struct s3_digests){0};
	return from->folder != NULL ? bring_file(c, from->folder, m, to, out)
				    : bring_object(c, from, m, to, out);
}

/* Its owner may have deleted it since the list was made, or while it came: then nothing
 * of it stays. */
static enum err
bring_and_note(struct ctx *c, const struct import_files *from,
	const struct import_file *m, struct s3_digests *out)
{
	struct object_place to = {0};
	int64_t waits;

	*out = (struct s3_digests){.found = true};
	TRY(db_int(c, &IMPORT_FILE_WAITS, &waits, ARGS(c, m->id)));
	if (waits == 0)
		return OK;
	TRY(object_place(c, NULL, upload_key(c, m->account_id, m->filename), &to));
	TRY(bring(c, from, m, &to, out));
	if (!out->found)
		return OK;
	TRY(upload_came(c, m->id, to.server.id, out->md5, out->size));
	return c->rows > 0 ? OK : s3_delete(c, &to.object);
}

/* One that its server refuses keeps none of the others from coming: it is told, and
 * counts as not there. Many in a row are no matter of one file. */
static enum err
refused(struct ctx *c, struct import_files *from, const struct import_file *m)
{
	if (++from->refused == REFUSED_MOST)
		return E_PEER;
	log_warn("upload %lld does not come: %s", (long long)m->id,
		c->why == NULL ? err_sentence(E_PEER) : c->why);
	ctx_clear_error(c);
	return OK;
}

enum err
import_files_missing(struct ctx *c, struct import_file **out, size_t *count)
{
	return db_many(c, &IMPORT_FILES_MISSING, file_fields, out, count, ARGS(c));
}

enum err
import_files_bring(struct ctx *c, struct import_files *from, bool dry,
	const struct import_file *list, size_t count, int64_t *missing)
{
	struct s3_digests d = {0};

	for (size_t i = 0; i < count; i++) {
		enum err e = dry ? bring(c, from, &list[i], NULL, &d)
				 : bring_and_note(c, from, &list[i], &d);
		if (e == E_PEER) {
			TRY(refused(c, from, &list[i]));
			d.found = false;
		} else {
			TRY(e);
			from->refused = 0;
		}
		*missing += !d.found;
	}
	return OK;
}
