#include "programme/picture.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/hash.h"
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

static enum err
put_all(struct ctx *c, const struct picture_copy *copies, size_t count,
	const struct image_bytes *made)
{
	enum err e = OK;
	size_t done = 0;

	for (; e == OK && done < count; done++)
		e = file_put(
			c, copies[done].path, made[done].bytes, made[done].size, 0644);
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

enum err
picture_write_from(struct ctx *c, const char *from, const struct picture_copy *copies,
	size_t count)
{
	size_t size;
	const char *bytes = file_get(c, from, &size);

	if (bytes == NULL)
		return fail(c, E_PICTURE, "%s: %s", from, strerror(errno));
	return picture_write(c, bytes, size, copies, count);
}

bool
picture_grey(
	struct ctx *c, const char *path, int side, unsigned char *out, double *wide)
{
	size_t size;
	const char *bytes = file_get(c, path, &size);

	return bytes != NULL && render_start("samovar") &&
	       render_grey(bytes, size, side, out, wide) == IMAGE_OK;
}

const char *
picture_sha256(struct ctx *c, const char *path)
{
	size_t size;
	const char *bytes = file_get(c, path, &size);

	return bytes != NULL ? sha256_hex(&c->arena, bytes, size) : NULL;
}
