#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/rand.h"

static bool
write_durably(const char *path, const void *bytes, size_t size, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	bool good = fd >= 0;

	for (size_t done = 0; good && done < size;) {
		ssize_t n = write(fd, (const char *)bytes + done, size - done);
		good = n > 0;
		done += good ? (size_t)n : 0;
	}
	good = good && fsync(fd) == 0;
	if (fd >= 0)
		good = close(fd) == 0 && good;
	return good;
}

static void
sync_folder(struct ctx *c, const char *path)
{
	const char *slash = strrchr(path, '/');
	int fd = open(slash == NULL
			      ? "."
			      : arena_strn(&c->arena, path, (size_t)(slash - path)),
		O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0) {
		fsync(fd);
		close(fd);
	}
}

enum err
file_put(struct ctx *c, const char *path, const void *bytes, size_t size, mode_t mode)
{
	const char *beside =
		arena_fmt(&c->arena, "%s.%s.new", path, rand_hex(&c->arena, 4));

	if (!write_durably(beside, bytes, size, mode) || rename(beside, path) != 0) {
		log_error("%s: %s", path, strerror(errno));
		unlink(beside);
		return fail(c, E_BUG, "a file cannot be written");
	}
	sync_folder(c, path);
	return OK;
}

const char *
file_get(struct ctx *c, const char *path, size_t *size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st = {0};
	char *bytes = NULL;
	size_t done = 0;

	*size = 0;
	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) == 0 && st.st_size > 0)
		bytes = arena_new(&c->arena, (size_t)st.st_size);
	for (ssize_t n = 1; bytes != NULL && n > 0 && done < (size_t)st.st_size;) {
		n = read(fd, bytes + done, (size_t)st.st_size - done);
		done += n > 0 ? (size_t)n : 0;
	}
	close(fd);
	*size = done;
	if (done == 0 || done < (size_t)st.st_size)
		errno = ENODATA;
	return done > 0 && done == (size_t)st.st_size ? bytes : NULL;
}
