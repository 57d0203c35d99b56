#include "programme/picture.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <vips/vips.h>

#include "base/hash.h"
#include "base/log.h"
#include "base/rand.h"
#include "base/str.h"

#define QUALITY 85
#define MAX_UNFOLDED                                                                   \
	(INT64_C(200) << 20) /* bytes: a small file can unfold to gigabytes */

static bool
vips_ready(void)
{
	static bool ready;

	if (!ready && VIPS_INIT("samovar") == 0) {
		/* One request, one thread; and nothing that a hostile file could find
		 * in a cache. */
		vips_concurrency_set(1);
		vips_cache_set_max(0);
		ready = true;
	}
	return ready;
}

static bool
known_format(const void *bytes, size_t size)
{
	const char *loader = vips_foreign_find_load_buffer(bytes, size);

	return loader != NULL &&
	       (strstr(loader, "Jpeg") != NULL || strstr(loader, "Png") != NULL ||
		       strstr(loader, "Webp") != NULL);
}

/* libvips shows the upper half of half a PNG and is content: its last chunk must be
 * there. */
static bool
whole_png(const void *bytes, size_t size)
{
	static const char mark[] = "\x89PNG", last[] = "IEND";

	return size < 12 || memcmp(bytes, mark, 4) != 0 ||
	       memmem((const char *)bytes + size - 12, 12, last, 4) != NULL;
}

/*
 * Nor does it mind half a JPEG. After each scan header come its data, in which FF is
 * followed by 00 or a restart mark; all other segments say how long they are (ITU T.81,
 * annex B). The preview inside a segment has an end of its own, which does not count.
 */
static bool
whole_jpeg(const void *bytes, size_t size)
{
	const unsigned char *b = bytes;
	size_t i = 2;

	if (size < 4 || b[0] != 0xFF || b[1] != 0xD8)
		return true;
	while (i + 3 < size) {
		if (b[i] != 0xFF || b[i + 1] == 0x00 || b[i + 1] == 0xFF ||
			(b[i + 1] >= 0xD0 && b[i + 1] <= 0xD7)) {
			i++; /* data of a scan, or filling */
			continue;
		}
		if (b[i + 1] == 0xD9)
			return true;
		i += 2 + (size_t)(b[i + 2] << 8 | b[i + 3]);
	}
	return size >= 2 && b[size - 2] == 0xFF && b[size - 1] == 0xD9;
}

/* What it takes in memory when nothing can be left out. */
static bool
fits_memory(const VipsImage *header)
{
	int64_t pixels =
		(int64_t)vips_image_get_width(header) * vips_image_get_height(header);

	return pixels * (int64_t)VIPS_IMAGE_SIZEOF_PEL(header) <= MAX_UNFOLDED;
}

static void
unref(void *object)
{
	g_object_unref(object);
}

static void
give_back(void *memory)
{
	g_free(memory);
}

static enum err
no_picture(struct ctx *c)
{
	vips_error_clear();
	return fail(c, E_PICTURE, NULL);
}

static enum err
reencode(struct ctx *c, const void *bytes, size_t size, int side, void **out,
	size_t *out_size)
{
	VipsImage *header, *image, *flat;

	if (!vips_ready())
		return fail(c, E_BUG, "libvips does not start");
	if (size == 0 || !known_format(bytes, size) || !whole_png(bytes, size) ||
		!whole_jpeg(bytes, size))
		return no_picture(c);
	header = vips_image_new_from_buffer(bytes, size, "", NULL);
	if (header == NULL)
		return no_picture(c);
	arena_defer(&c->arena, unref, header);
	if (!fits_memory(header))
		return no_picture(c);
	if (vips_thumbnail_buffer((void *)bytes, size, &image, side, "height", side,
		    "size", VIPS_SIZE_DOWN, "fail_on", VIPS_FAIL_ON_WARNING, NULL) != 0)
		return no_picture(c);
	arena_defer(&c->arena, unref, image);
	if (vips_flatten(image, &flat, NULL) != 0)
		return no_picture(c);
	arena_defer(&c->arena, unref, flat);
	if (vips_jpegsave_buffer(flat, out, out_size, "Q", QUALITY, "strip", TRUE,
		    "optimize_coding", TRUE, NULL) != 0)
		return no_picture(c);
	arena_defer(&c->arena, give_back, *out);
	return OK;
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

enum err
picture_write(struct ctx *c, const void *bytes, size_t size, int side, const char *path)
{
	void *jpeg = NULL;
	size_t jpeg_size = 0;

	TRY(reencode(c, bytes, size, side, &jpeg, &jpeg_size));
	return put(c, path, jpeg, jpeg_size);
}

enum err
picture_thumbnail(struct ctx *c, const char *from, int side, const char *path)
{
	VipsImage *image;
	void *jpeg = NULL;
	size_t size = 0;

	if (!vips_ready())
		return fail(c, E_BUG, "libvips does not start");
	if (vips_thumbnail(from, &image, side, "height", side, "size", VIPS_SIZE_DOWN,
		    NULL) != 0)
		return no_picture(c);
	arena_defer(&c->arena, unref, image);
	if (vips_jpegsave_buffer(
		    image, &jpeg, &size, "Q", QUALITY, "strip", TRUE, NULL) != 0)
		return no_picture(c);
	arena_defer(&c->arena, give_back, jpeg);
	return put(c, path, jpeg, size);
}

bool
picture_gray(const char *path, int side, unsigned char *out, double *wide)
{
	VipsImage *header, *image = NULL, *gray = NULL;
	size_t size = 0;
	void *pixels = NULL;

	if (!vips_ready() || (header = vips_image_new_from_file(path, NULL)) == NULL) {
		vips_error_clear();
		return false;
	}
	*wide = (double)vips_image_get_width(header) / vips_image_get_height(header);
	g_object_unref(header);
	if (vips_thumbnail(path, &image, side, "height", side, "size", VIPS_SIZE_FORCE,
		    NULL) == 0 &&
		vips_colourspace(image, &gray, VIPS_INTERPRETATION_B_W, NULL) == 0)
		pixels = vips_image_write_to_memory(gray, &size);
	bool good = pixels != NULL && size == (size_t)side * (size_t)side;
	if (good)
		memcpy(out, pixels, size);
	g_free(pixels);
	if (gray != NULL)
		g_object_unref(gray);
	if (image != NULL)
		g_object_unref(image);
	vips_error_clear();
	return good;
}

const char *
picture_sha256(struct ctx *c, const char *path)
{
	FILE *f = fopen(path, "re");
	char *bytes = NULL;
	size_t n = 0, size = 0;

	if (f == NULL)
		return NULL;
	if (fseek(f, 0, SEEK_END) == 0 && ftell(f) > 0) {
		size = (size_t)ftell(f);
		rewind(f);
		bytes = arena_new(&c->arena, size);
		n = fread(bytes, 1, size, f);
	}
	fclose(f);
	return n == size && size > 0 ? sha256_hex(&c->arena, bytes, n) : NULL;
}
