/* Keeping files: bodies that came, and what is made of files that are kept already. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/rand.h"
#include "base/str.h"
#include "s3/chunked.h"
#include "s3/digest.h"
#include "store/disk_file.h"

#define COPY_BYTES ((size_t)1 << 30)

/* What is found out about bytes as they go by. */
struct meter {
	struct digest *md5, *sha256, *sum; /* the last two may be NULL */
	int64_t size;
	int to; /* where they are written, -1: nowhere */
	struct ctx *c;
};

static enum err
meter_open(struct ctx *c, const struct put_expectation *wish, int to, struct meter *out)
{
	bool sum = wish->checksum != NULL ||
		   (wish->chunks != NULL && wish->chunks->trailer != NULL);

	*out = (struct meter){
		.md5 = digest_new(c, DIGEST_MD5), .size = 0, .to = to, .c = c};
	if (wish->sha256 != NULL)
		out->sha256 = digest_new(c, DIGEST_SHA256);
	if (sum)
		out->sum = digest_new(c, wish->kind);
	return out->md5 == NULL || (wish->sha256 != NULL && out->sha256 == NULL) ||
			       (sum && out->sum == NULL)
		       ? fail(c, E_BUG, NULL)
		       : OK;
}

static enum err
meter_take(void *meter, const unsigned char *bytes, size_t n)
{
	struct meter *m = meter;

	digest_add(m->md5, bytes, n);
	if (m->sha256 != NULL)
		digest_add(m->sha256, bytes, n);
	if (m->sum != NULL)
		digest_add(m->sum, bytes, n);
	m->size += (int64_t)n;
	while (m->to >= 0 && n > 0) {
		ssize_t done = write(m->to, bytes, n);

		if (done < 0 && errno != EINTR)
			return disk_error(m->c, "write", "a body");
		bytes += done < 0 ? 0 : done;
		n -= done < 0 ? 0 : (size_t)done;
	}
	return OK;
}

static void
meter_close(struct meter *m, struct disk_file *out)
{
	out->size = m->size;
	out->md5 = digest_text(m->c, m->md5);
	out->sha256 = m->sha256 == NULL ? NULL : digest_text(m->c, m->sha256);
	out->checksum = m->sum == NULL ? NULL : digest_text(m->c, m->sum);
}

/* Reads the whole file once for size, MD5 and what else is wished for. */
static enum err
measure(struct ctx *c, int fd, const struct put_expectation *wish,
	struct disk_file *out)
{
	static unsigned char chunk[DISK_CHUNK_BYTES];
	struct meter m;
	ssize_t n;

	TRY(meter_open(c, wish, -1, &m));
	while ((n = read(fd, chunk, sizeof(chunk))) > 0)
		TRY(meter_take(&m, chunk, (size_t)n));
	if (n < 0)
		return disk_error(c, "read", "a body");
	meter_close(&m, out);
	return OK;
}

static enum err
compare(struct ctx *c, const struct disk_file *file, const struct put_expectation *wish)
{
	if (wish->size >= 0 && file->size != wish->size)
		return fail(c, E_S3_TRUNCATED, NULL);
	if (wish->md5 != NULL && !str_eq(file->md5, wish->md5))
		return fail(c, E_S3_MD5, NULL);
	if (wish->sha256 != NULL && !str_eq(file->sha256, wish->sha256))
		return fail(c, E_S3_SHA256, NULL);
	if (wish->checksum != NULL && !str_eq(file->checksum, wish->checksum))
		return fail(c, E_S3_CHECKSUM, NULL);
	return OK;
}

/* Chooses the name that a file is to have. */
static enum err
choose_name(
	struct ctx *c, const char *server, const char **folder, struct disk_file *out)
{
	const char *name = rand_hex(&c->arena, DISK_NAME_BYTES);

	out->path = arena_fmt(&c->arena, "%s/%.2s/%s", server, name, name);
	out->modified.us = c->now.us / US_PER_SECOND * US_PER_SECOND;
	return disk_folder(c, server, name, folder);
}

/* A second name for a file whose bytes are on the disk for good. */
static enum err
give_name(struct ctx *c, const char *from, const char *folder, const char *path)
{
	const char *target = disk_full(c, path);

	if (link(from, target) != 0)
		return disk_error(c, "name", target);
	enum err e = disk_sync(c, folder);
	if (e != OK)
		unlink(target);
	return e;
}

/* Time, bytes and name of the file, in the order in which they must reach the disk. */
static enum err
make_durable(struct ctx *c, int fd, const char *server, const char *body_file,
	struct disk_file *out)
{
	const struct timespec at = {.tv_sec = (time_t)(c->now.us / US_PER_SECOND)};
	const char *folder;

	TRY(choose_name(c, server, &folder, out));
	if (futimens(fd, (struct timespec[2]){at, at}) != 0 || fsync(fd) != 0)
		return disk_error(c, "sync", body_file);
	return give_name(c, body_file, folder, out->path);
}

static enum err
keep(struct ctx *c, int fd, const char *server, const char *body_file,
	const struct put_expectation *wish, struct disk_file *out)
{
	TRY(measure(c, fd, wish, out));
	TRY(compare(c, out, wish));
	return make_durable(c, fd, server, body_file, out);
}

/* A new file among the bodies that come in, for what nginx has not made. */
struct incoming {
	const char *path;
	int fd;
};

static enum err
incoming_open(struct ctx *c, const char *server, struct incoming *out)
{
	out->path = disk_full(c, arena_fmt(&c->arena, "%s/incoming/%s", server,
					 rand_hex(&c->arena, DISK_NAME_BYTES)));
	out->fd = open(out->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	return out->fd < 0 ? disk_error(c, "make", out->path) : OK;
}

static void
incoming_close(struct incoming *in)
{
	close(in->fd);
	unlink(in->path);
}

enum err
disk_keep_bytes(struct ctx *c, const char *server, const void *bytes, size_t n,
	const struct put_expectation *wish, struct disk_file *out)
{
	struct incoming in;
	struct meter m;

	TRY(incoming_open(c, server, &in));
	enum err e = meter_open(c, wish, in.fd, &m);
	if (e == OK)
		e = meter_take(&m, bytes, n);
	if (e == OK) {
		meter_close(&m, out);
		e = compare(c, out, wish);
	}
	if (e == OK)
		e = make_durable(c, in.fd, server, in.path, out);
	incoming_close(&in);
	return e;
}

/* The checksum behind the last chunk is what the bytes must have. */
static enum err
compare_chunks(struct ctx *c, const struct put_expectation *wish, const char *trailer,
	const struct disk_file *file)
{
	struct put_expectation whole = *wish;

	if (trailer != NULL) {
		whole.checksum = digest_digits(&c->arena, wish->kind, trailer);
		if (whole.checksum == NULL)
			return fail(c, E_S3_TRAILER, NULL);
	}
	return compare(c, file, &whole);
}

/* A body in chunks: what is in them goes to a file of its own. */
static enum err
keep_chunks(struct ctx *c, int body, const char *server,
	const struct put_expectation *wish, struct disk_file *out)
{
	const char *trailer = NULL;
	struct incoming in;
	struct meter m;

	TRY(incoming_open(c, server, &in));
	enum err e = meter_open(c, wish, in.fd, &m);
	if (e == OK)
		e = chunked_read(c, body, wish->chunks, meter_take, &m, &trailer);
	if (e == OK) {
		meter_close(&m, out);
		e = compare_chunks(c, wish, trailer, out);
	}
	if (e == OK)
		e = make_durable(c, in.fd, server, in.path, out);
	incoming_close(&in);
	return e;
}

enum err
disk_keep(struct ctx *c, const char *server, const char *body_file,
	const struct put_expectation *wish, struct disk_file *out)
{
	/* nginx makes no file for an empty body. */
	if (body_file == NULL || body_file[0] == '\0')
		return wish->chunks != NULL
			       ? fail(c, E_S3_TRUNCATED, NULL)
			       : disk_keep_bytes(c, server, "", 0, wish, out);

	int fd = open(body_file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return disk_error(c, "open", body_file);
	enum err e = wish->chunks != NULL ? keep_chunks(c, fd, server, wish, out)
					  : keep(c, fd, server, body_file, wish, out);
	close(fd);
	return e;
}

/* Appends a piece of a file, all of it if size is -1; the kernel copies. */
static enum err
append(struct ctx *c, int to, const char *path, off_t first, int64_t size,
	int64_t *copied)
{
	int from = open(disk_full(c, path), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	int64_t left = size < 0 ? INT64_MAX : size;
	ssize_t n = from < 0 ? -1 : 1;

	while (n > 0 && left > 0) {
		n = copy_file_range(from, &first, to, NULL,
			left < (int64_t)COPY_BYTES ? (size_t)left : COPY_BYTES, 0);
		*copied += n > 0 ? n : 0;
		left -= n > 0 ? n : 0;
	}
	enum err e = n < 0 ? disk_error(c, "copy", path) : OK;
	if (from >= 0)
		close(from);
	return e;
}

enum err
disk_join(struct ctx *c, const char *server, const char *const *paths, size_t n,
	struct disk_file *out)
{
	struct incoming in;
	enum err e = OK;

	*out = (struct disk_file){0};
	TRY(incoming_open(c, server, &in));
	for (size_t i = 0; i < n && e == OK; i++)
		e = append(c, in.fd, paths[i], 0, -1, &out->size);
	if (e == OK)
		e = make_durable(c, in.fd, server, in.path, out);
	incoming_close(&in);
	return e;
}

enum err
disk_link(struct ctx *c, const char *server, const char *path, struct disk_file *out)
{
	const char *from = disk_full(c, path), *folder;
	struct stat st;

	*out = (struct disk_file){0};
	TRY(choose_name(c, server, &folder, out));
	if (link(from, disk_full(c, out->path)) != 0) {
		if (errno == ENOENT)
			return fail(c, E_S3_NO_OBJECT, NULL);
		if (errno != EMLINK && errno != EXDEV && errno != EPERM)
			return disk_error(c, "name", from);
		return disk_join(c, server, &path, 1, out);
	}
	enum err e = disk_sync(c, folder);
	if (e == OK && stat(from, &st) == 0)
		out->size = st.st_size;
	if (e != OK)
		disk_drop(c, out->path);
	return e;
}

enum err
disk_slice(struct ctx *c, const char *server, const char *path, int64_t first,
	int64_t size, struct disk_file *out)
{
	const struct put_expectation wish = {.size = size};
	int64_t copied = 0;
	struct incoming in;

	*out = (struct disk_file){0};
	TRY(incoming_open(c, server, &in));
	enum err e = append(c, in.fd, path, first, size, &copied);
	if (e == OK && lseek(in.fd, 0, SEEK_SET) != 0)
		e = disk_error(c, "read", in.path);
	if (e == OK)
		e = keep(c, in.fd, server, in.path, &wish, out);
	incoming_close(&in);
	return e;
}

enum err
disk_sum(struct ctx *c, const char *path, enum digest_kind kind, const char **digits)
{
	const struct put_expectation wish = {.size = -1, .kind = kind, .checksum = ""};
	int fd = open(disk_full(c, path), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct disk_file file = {0};

	if (fd < 0)
		return disk_error(c, "open", path);
	enum err e = measure(c, fd, &wish, &file);
	close(fd);
	*digits = file.checksum;
	return e;
}
