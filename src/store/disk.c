#include "store/disk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/conf.h"
#include "base/log.h"
#include "base/rand.h"
#include "base/str.h"
#include "store/digest.h"

#define CHUNK_BYTES 262144
#define COPY_BYTES ((size_t)1 << 30)
#define SERVERS 256
#define NAME_BYTES 16 /* random, so two files never meet */

static const char *
full(struct ctx *c, const char *path)
{
	return arena_fmt(&c->arena, "%s/%s", conf.store_directory, path);
}

static enum err
disk_error(struct ctx *c, const char *what, const char *path)
{
	int cause = errno;

	log_error("store: cannot %s %s: %s", what, path, strerror(cause));
	return fail(c, E_BUSY, "the store cannot %s a file", what);
}

/* Makes the names in a folder as durable as the files behind them. */
static enum err
sync_folder(struct ctx *c, const char *folder)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || fsync(fd) != 0) {
		enum err e = disk_error(c, "sync", folder);
		if (fd >= 0)
			close(fd);
		return e;
	}
	close(fd);
	return OK;
}

/* The folder of a file, made when it is the first in it. */
static enum err
folder_open(struct ctx *c, const char *server, const char *name, const char **out)
{
	const char *parent = full(c, server);
	const char *folder = arena_fmt(&c->arena, "%s/%.2s", parent, name);

	*out = folder;
	if (mkdir(folder, 0700) != 0)
		return errno == EEXIST ? OK : disk_error(c, "make", folder);
	return sync_folder(c, parent);
}

/* Reads the whole file once for size, MD5 and what else is wished for. */
static enum err
measure(struct ctx *c, int fd, const struct disk_wish *wish, struct disk_file *out)
{
	static unsigned char chunk[CHUNK_BYTES];
	struct digest *md5 = digest_new(c, DIGEST_MD5), *sha256 = NULL, *sum = NULL;
	ssize_t n;

	if (wish->sha256 != NULL)
		sha256 = digest_new(c, DIGEST_SHA256);
	if (wish->checksum != NULL)
		sum = digest_new(c, wish->kind);
	if (md5 == NULL || (wish->sha256 != NULL && sha256 == NULL) ||
		(wish->checksum != NULL && sum == NULL))
		return fail(c, E_BUG, NULL);
	out->size = 0;
	while ((n = read(fd, chunk, sizeof(chunk))) > 0) {
		digest_add(md5, chunk, (size_t)n);
		if (sha256 != NULL)
			digest_add(sha256, chunk, (size_t)n);
		if (sum != NULL)
			digest_add(sum, chunk, (size_t)n);
		out->size += n;
	}
	if (n < 0)
		return disk_error(c, "read", out->path);
	out->md5 = digest_text(c, md5);
	out->sha256 = sha256 == NULL ? NULL : digest_text(c, sha256);
	out->checksum = sum == NULL ? NULL : digest_text(c, sum);
	return OK;
}

static enum err
compare(struct ctx *c, const struct disk_file *file, const struct disk_wish *wish)
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

/* Time, bytes and name of the file, in the order in which they must reach the disk. */
static enum err
make_durable(struct ctx *c, int fd, const char *folder, const char *body_file,
	const char *name)
{
	const struct timespec at = {.tv_sec = (time_t)(c->now.us / US_PER_SECOND)};
	const char *target = arena_fmt(&c->arena, "%s/%s", folder, name);

	if (futimens(fd, (struct timespec[2]){at, at}) != 0 || fsync(fd) != 0)
		return disk_error(c, "sync", body_file);
	if (link(body_file, target) != 0)
		return disk_error(c, "name", target);
	enum err e = sync_folder(c, folder);
	if (e != OK)
		unlink(target);
	return e;
}

static enum err
keep(struct ctx *c, int fd, const char *server, const char *body_file,
	const struct disk_wish *wish, struct disk_file *out)
{
	const char *name = rand_hex(&c->arena, NAME_BYTES), *folder;

	out->path = arena_fmt(&c->arena, "%s/%.2s/%s", server, name, name);
	out->modified.us = c->now.us / US_PER_SECOND * US_PER_SECOND;
	TRY(measure(c, fd, wish, out));
	TRY(compare(c, out, wish));
	TRY(folder_open(c, server, name, &folder));
	return make_durable(c, fd, folder, body_file, name);
}

/* A new file among the bodies that come in, for what nginx has not made. */
static enum err
incoming_open(struct ctx *c, const char *server, const char **path, int *fd)
{
	*path = full(c, arena_fmt(&c->arena, "%s/incoming/%s", server,
				rand_hex(&c->arena, NAME_BYTES)));
	*fd = open(*path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	return *fd < 0 ? disk_error(c, "make", *path) : OK;
}

/* nginx makes no file for an empty body. */
static enum err
keep_empty(struct ctx *c, const char *server, const struct disk_wish *wish,
	struct disk_file *out)
{
	const char *path = NULL;
	int fd = -1;

	TRY(incoming_open(c, server, &path, &fd));
	enum err e = keep(c, fd, server, path, wish, out);
	close(fd);
	unlink(path);
	return e;
}

enum err
disk_keep(struct ctx *c, const char *server, const char *body_file,
	const struct disk_wish *wish, struct disk_file *out)
{
	if (body_file == NULL || body_file[0] == '\0')
		return keep_empty(c, server, wish, out);

	int fd = open(body_file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return disk_error(c, "open", body_file);
	enum err e = keep(c, fd, server, body_file, wish, out);
	close(fd);
	return e;
}

/* Appends the whole of a file. */
static enum err
append(struct ctx *c, int to, const char *path, int64_t *size)
{
	int from = open(full(c, path), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t n = -1;

	if (from >= 0)
		while ((n = copy_file_range(from, NULL, to, NULL, COPY_BYTES, 0)) > 0)
			*size += n;
	enum err e = n < 0 ? disk_error(c, "copy", path) : OK;
	if (from >= 0)
		close(from);
	return e;
}

static enum err
join(struct ctx *c, int fd, const char *const *paths, size_t n, const char *server,
	const char *body, struct disk_file *out)
{
	const char *name = rand_hex(&c->arena, NAME_BYTES), *folder;

	for (size_t i = 0; i < n; i++)
		TRY(append(c, fd, paths[i], &out->size));
	out->path = arena_fmt(&c->arena, "%s/%.2s/%s", server, name, name);
	out->modified.us = c->now.us / US_PER_SECOND * US_PER_SECOND;
	TRY(folder_open(c, server, name, &folder));
	return make_durable(c, fd, folder, body, name);
}

enum err
disk_join(struct ctx *c, const char *server, const char *const *paths, size_t n,
	struct disk_file *out)
{
	const char *body = NULL;
	int fd = -1;

	*out = (struct disk_file){0};
	TRY(incoming_open(c, server, &body, &fd));
	enum err e = join(c, fd, paths, n, server, body, out);
	close(fd);
	unlink(body);
	return e;
}

enum disk_found
disk_find(struct ctx *c, const char *path, int64_t size, struct utc *changed)
{
	struct stat st;

	if (stat(full(c, path), &st) != 0) {
		if (errno != ENOENT)
			log_error(
				"store: cannot look at %s: %s", path, strerror(errno));
		return DISK_GONE;
	}
	changed->us = st.st_ctim.tv_sec * US_PER_SECOND + st.st_ctim.tv_nsec / 1000;
	return S_ISREG(st.st_mode) && st.st_size == size ? DISK_RIGHT : DISK_SIZE;
}

/* The ETag of an object that came in parts, as its bytes go by. */
struct joint {
	struct ctx *c;
	const char *sizes; /* of the parts that are to come */
	struct digest *part, *all;
	int64_t left; /* of this part */
	size_t n;
};

/* Ends parts that are full and begins the next. */
static void
joint_turn(struct joint *j)
{
	unsigned char md5[16];
	char *end;

	while (j->part == NULL || j->left == 0) {
		if (j->part != NULL) {
			sodium_hex2bin(md5, sizeof(md5), digest_text(j->c, j->part),
				2 * sizeof(md5), NULL, NULL, NULL);
			digest_add(j->all, md5, sizeof(md5));
			j->part = NULL;
			j->n++;
		}
		if (*j->sizes == '\0' ||
			(j->part = digest_new(j->c, DIGEST_MD5)) == NULL)
			return;
		j->left = strtoll(j->sizes, &end, 10);
		j->sizes = *end == ',' ? end + 1 : end;
	}
}

static void
joint_add(struct joint *j, const unsigned char *bytes, size_t n)
{
	while (n > 0 && j->part != NULL) {
		size_t piece = (int64_t)n < j->left ? n : (size_t)j->left;

		digest_add(j->part, bytes, piece);
		bytes += piece;
		n -= piece;
		j->left -= (int64_t)piece;
		joint_turn(j);
	}
}

static enum err
read_all(struct ctx *c, int fd, const struct disk_reading *r, struct disk_digests *out)
{
	static unsigned char chunk[CHUNK_BYTES];
	struct digest *md5 = digest_new(c, DIGEST_MD5);
	struct joint j = {.c = c, .sizes = r->parts, .all = digest_new(c, DIGEST_MD5)};
	ssize_t n;

	if (md5 == NULL || j.all == NULL)
		return fail(c, E_BUG, NULL);
	if (r->parts != NULL)
		joint_turn(&j);
	/* What is in memory may be right while the disk is not. */
	posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	while ((n = read(fd, chunk, sizeof(chunk))) > 0) {
		digest_add(md5, chunk, (size_t)n);
		joint_add(&j, chunk, (size_t)n);
		out->size += n;
		/* From the beginning: what lies across two pieces goes with the later.
		 */
		posix_fadvise(fd, 0, out->size, POSIX_FADV_DONTNEED);
		if (!r->go_on(r->thing, n))
			return fail(c, E_BUSY, "the reading was broken off");
	}
	out->unreadable = n < 0;
	posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	out->md5 = digest_text(c, md5);
	if (r->parts != NULL)
		out->joined =
			arena_fmt(&c->arena, "%s-%zu", digest_text(c, j.all), j.n);
	return OK;
}

enum err
disk_read(struct ctx *c, const struct disk_reading *r, struct disk_digests *out)
{
	int fd = open(full(c, r->path), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	*out = (struct disk_digests){.unreadable = fd < 0};
	enum err e = fd < 0 ? OK : read_all(c, fd, r, out);
	if (out->unreadable)
		log_error("store: cannot read %s: %s", r->path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return e;
}

/* nginx makes the folder that it takes bodies in: without it, nothing can be kept. */
bool
disk_is_open(struct ctx *c, const char *server)
{
	const char *folder = full(c, server);

	return access(folder, R_OK | W_OK | X_OK) == 0 &&
	       access(arena_fmt(&c->arena, "%s/incoming", folder), W_OK | X_OK) == 0;
}

bool
disk_is_bare(struct ctx *c, const char *server)
{
	DIR *dir = opendir(full(c, server));
	const struct dirent *entry;
	bool bare = true;

	if (dir == NULL)
		return true;
	while (bare && (entry = readdir(dir)) != NULL)
		bare = strspn(entry->d_name, "0123456789abcdef") != 2 ||
		       entry->d_name[2] != '\0';
	closedir(dir);
	return bare;
}

enum err
disk_adopt(struct ctx *c, const char *server)
{
	const char *folder;

	return folder_open(c, server, "00", &folder);
}

bool
disk_path_valid(const char *path)
{
	size_t server = strcspn(path, "/");
	const char *rest = path + server;

	return server > 0 && path[0] != '.' && rest[0] == '/' &&
	       strlen(rest) == 4 + 2 * NAME_BYTES && rest[3] == '/' &&
	       strncmp(rest + 1, rest + 4, 2) == 0 &&
	       strspn(rest + 4, "0123456789abcdef") == 2 * NAME_BYTES;
}

void
disk_drop(struct ctx *c, const char *path)
{
	if (unlink(full(c, path)) != 0 && errno != ENOENT)
		log_warn("store: cannot remove %s: %s", path, strerror(errno));
}

/* A folder being walked, and the batch that fills up. */
struct walk {
	struct utc before;
	enum err (*fn)(struct ctx *, const char *const *, size_t);
	const char *paths[DISK_BATCH];
	size_t n;
};

static enum err
flush(struct ctx *c, struct walk *w)
{
	size_t n = w->n;

	w->n = 0;
	return n == 0 ? OK : w->fn(c, w->paths, n);
}

static void
folder_end(void *folder)
{
	closedir(folder);
}

const char *const *
disk_servers(struct ctx *c, size_t *count)
{
	const char **names = arena_new(&c->arena, SERVERS * sizeof(*names));
	DIR *dir = opendir(conf.store_directory);
	const struct dirent *entry;

	*count = 0;
	if (dir == NULL)
		return names;
	while ((entry = readdir(dir)) != NULL && *count < SERVERS)
		if (entry->d_name[0] != '.')
			names[(*count)++] = arena_str(&c->arena, entry->d_name);
	closedir(dir);
	return names;
}

static enum err
walk_folder(struct ctx *c, struct walk *w, const char *folder)
{
	DIR *dir = opendir(full(c, folder));
	const struct dirent *entry;
	struct stat st;

	if (dir == NULL)
		return OK;
	arena_defer(&c->arena, folder_end, dir);
	while ((entry = readdir(dir)) != NULL) {
		if (fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
			!S_ISREG(st.st_mode) ||
			st.st_ctim.tv_sec >= w->before.us / US_PER_SECOND)
			continue;
		w->paths[w->n++] = arena_fmt(&c->arena, "%s/%s", folder, entry->d_name);
		if (w->n == DISK_BATCH)
			TRY(flush(c, w));
	}
	return OK;
}

enum err
disk_walk(struct ctx *c, const char *server, bool incoming, struct utc before,
	enum err (*fn)(struct ctx *c, const char *const *paths, size_t n))
{
	struct walk *w = arena_new(&c->arena, sizeof(*w));

	*w = (struct walk){.before = before, .fn = fn};
	if (incoming)
		TRY(walk_folder(c, w, arena_fmt(&c->arena, "%s/incoming", server)));
	for (unsigned i = 0; !incoming && i < 256; i++)
		TRY(walk_folder(c, w, arena_fmt(&c->arena, "%s/%02x", server, i)));
	return flush(c, w);
}
