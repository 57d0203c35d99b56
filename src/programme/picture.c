#include "programme/picture.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/log.h"
#include "base/rand.h"
#include "base/str.h"
#include "image/render.h"

#define MAX_COPIES 4

static enum err
verdict(struct ctx *c, enum image_verdict v)
{
	switch (v) {
	case IMAGE_OK:
		return OK;
	case IMAGE_TOO_LARGE:
		return fail(c, E_PICTURE_LARGE, NULL);
	case IMAGE_DAMAGED:
		return fail(c, E_PICTURE_DAMAGED, NULL);
	default:
		return fail(c, E_PICTURE, NULL);
	}
}

static bool
write_durably(const char *path, const void *bytes, size_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
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

/* The file appears whole, or not at all. */
static enum err
put(struct ctx *c, const char *path, const void *bytes, size_t size)
{
	const char *beside =
		arena_fmt(&c->arena, "%s.%s.new", path, rand_hex(&c->arena, 4));

	if (!write_durably(beside, bytes, size) || rename(beside, path) != 0) {
		log_error("picture: %s: %s", path, strerror(errno));
		unlink(beside);
		return fail(c, E_BUG, "the picture cannot be written");
	}
	sync_folder(c, path);
	return OK;
}

static enum err
put_all(struct ctx *c, const struct picture_copy *copies, size_t count,
	const struct image_bytes *made)
{
	enum err e = OK;
	size_t done = 0;

	for (; e == OK && done < count; done++)
		e = put(c, copies[done].path, made[done].bytes, made[done].size);
	for (size_t i = 0; e != OK && i + 1 < done; i++)
		unlink(copies[i].path);
	return e;
}

enum err
picture_write(struct ctx *c, const void *bytes, size_t size,
	const struct picture_copy *copies, size_t count)
{
	struct image_bytes made[MAX_COPIES];
	int sides[MAX_COPIES];

	if (count > MAX_COPIES || !render_start("samovar"))
		return fail(c, E_BUG, "libvips does not start");
	for (size_t i = 0; i < count; i++)
		sides[i] = copies[i].side;
	TRY(verdict(c, render_jpegs(bytes, size, sides, count, made)));
	enum err e = put_all(c, copies, count, made);
	for (size_t i = 0; i < count; i++)
		render_free(&made[i]);
	return e;
}

/* A whole file; NULL if it cannot be read or is empty. */
static const char *
contents(struct ctx *c, const char *path, size_t *size)
{
	FILE *f = fopen(path, "re");
	char *bytes = NULL;
	size_t n = 0;

	*size = 0;
	if (f == NULL)
		return NULL;
	if (fseek(f, 0, SEEK_END) == 0 && ftell(f) > 0) {
		*size = (size_t)ftell(f);
		rewind(f);
		bytes = arena_new(&c->arena, *size);
		n = fread(bytes, 1, *size, f);
	}
	fclose(f);
	return n == *size && *size > 0 ? bytes : NULL;
}

enum err
picture_write_from(struct ctx *c, const char *from, const struct picture_copy *copies,
	size_t count)
{
	size_t size;
	const char *bytes = contents(c, from, &size);

	if (bytes == NULL)
		return fail(c, E_PICTURE, "%s: %s", from, strerror(errno));
	return picture_write(c, bytes, size, copies, count);
}

bool
picture_grey(
	struct ctx *c, const char *path, int side, unsigned char *out, double *wide)
{
	size_t size;
	const char *bytes = contents(c, path, &size);

	return bytes != NULL && render_start("samovar") &&
	       render_grey(bytes, size, side, out, wide) == IMAGE_OK;
}

const char *
picture_sha256(struct ctx *c, const char *path)
{
	size_t size;
	const char *bytes = contents(c, path, &size);

	return bytes != NULL ? sha256_hex(&c->arena, bytes, size) : NULL;
}
