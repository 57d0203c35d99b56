#include "image/picture.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/hash.h"
#include "image/image.h"

static enum err
put_all(struct ctx *c, const struct picture_copy *copies, size_t count,
	const struct image_blob *made)
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
	struct image_blob made[IMAGE_MAX_SIDES];
	int sides[IMAGE_MAX_SIDES];

	if (count == 0 || count > IMAGE_MAX_SIDES)
		return fail(c, E_BUG, "%zu copies of a picture", count);
	for (size_t i = 0; i < count; i++)
		sides[i] = copies[i].side;
	TRY(image_jpegs(c, (struct image_blob){bytes, size}, sides, count, made));
	return put_all(c, copies, count, made);
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

const char *
picture_sha256(struct ctx *c, const char *path)
{
	size_t size;
	const char *bytes = file_get(c, path, &size);

	return bytes != NULL ? sha256_hex(&c->arena, bytes, size) : NULL;
}
