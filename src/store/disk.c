#include "store/disk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/conf.h"
#include "base/log.h"
#include "base/str.h"
#include "store/disk_file.h"

#define SERVERS 256

const char *
disk_full(struct ctx *c, const char *path)
{
	return arena_fmt(&c->arena, "%s/%s", conf.store_directory, path);
}

enum err
disk_error(struct ctx *c, const char *what, const char *path)
{
	int cause = errno;

	log_error("store: cannot %s %s: %s", what, path, strerror(cause));
	return fail(c, E_BUSY, "the store cannot %s a file", what);
}

enum err
disk_sync(struct ctx *c, const char *folder)
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

enum err
disk_folder(struct ctx *c, const char *server, const char *name, const char **out)
{
	const char *parent = disk_full(c, server);
	const char *folder = arena_fmt(&c->arena, "%s/%.2s", parent, name);

	*out = folder;
	if (mkdir(folder, 0700) != 0)
		return errno == EEXIST ? OK : disk_error(c, "make", folder);
	return disk_sync(c, parent);
}

enum disk_found
disk_find(struct ctx *c, const char *path, int64_t size, struct utc *changed)
{
	struct stat st;

	if (stat(disk_full(c, path), &st) != 0) {
		if (errno != ENOENT)
			log_error(
				"store: cannot look at %s: %s", path, strerror(errno));
		return DISK_GONE;
	}
	changed->us = st.st_ctim.tv_sec * US_PER_SECOND + st.st_ctim.tv_nsec / 1000;
	return S_ISREG(st.st_mode) && st.st_size == size ? DISK_RIGHT : DISK_SIZE;
}

/* nginx makes the folder that it takes bodies in: without it, nothing can be kept. */
bool
disk_is_open(struct ctx *c, const char *server)
{
	const char *folder = disk_full(c, server);

	return access(folder, R_OK | W_OK | X_OK) == 0 &&
	       access(arena_fmt(&c->arena, "%s/incoming", folder), W_OK | X_OK) == 0;
}

bool
disk_is_bare(struct ctx *c, const char *server)
{
	DIR *dir = opendir(disk_full(c, server));
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

	return disk_folder(c, server, "00", &folder);
}

bool
disk_path_valid(const char *path)
{
	size_t server = strcspn(path, "/");
	const char *rest = path + server;

	return server > 0 && path[0] != '.' && rest[0] == '/' &&
	       strlen(rest) == 4 + 2 * DISK_NAME_BYTES && rest[3] == '/' &&
	       strncmp(rest + 1, rest + 4, 2) == 0 &&
	       strspn(rest + 4, "0123456789abcdef") == 2 * DISK_NAME_BYTES;
}

void
disk_drop(struct ctx *c, const char *path)
{
	if (unlink(disk_full(c, path)) != 0 && errno != ENOENT)
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
	DIR *dir = opendir(disk_full(c, folder));
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
