/* What is said beside a picture is left out, and nothing else; made byte by byte. */
#include "image/lean.h"

#include <stdio.h>

#include "image/inspect.h"
#include "unit.h"

struct file {
	unsigned char bytes[4096];
	size_t size;
};

static void
put(struct file *f, const void *bytes, size_t n)
{
	assert_true(f->size + n <= sizeof(f->bytes));
	memcpy(f->bytes + f->size, bytes, n);
	f->size += n;
}

#define PUT(f, literal) put(f, literal, sizeof(literal) - 1)

static bool
has(const struct file *f, const char *word)
{
	return memmem(f->bytes, f->size, word, strlen(word)) != NULL;
}

static struct file
leaned(const struct file *f, void *(*lean)(const void *, size_t *))
{
	struct file out = {.size = f->size};
	unsigned char *exact = malloc(f->size); /* a sanitizer sees overruns */

	memcpy(exact, f->bytes, f->size);
	void *made = lean(exact, &out.size);
	assert_non_null(made);
	assert_true(out.size <= f->size);
	memcpy(out.bytes, made, out.size);
	free(made);
	free(exact);
	return out;
}

/* No prefix makes anybody read beyond its end. */
static void
no_prefix_hurts(const struct file *f, void *(*lean)(const void *, size_t *))
{
	for (size_t n = 0; n < f->size; n++) {
		struct image_header h;
		unsigned char *exact = malloc(n + (n == 0));
		size_t size = n;

		memcpy(exact, f->bytes, n);
		if (lean != lean_gif || image_inspect_any(exact, n, &h) == IMAGE_OK)
			free(lean(exact, &size));
		free(exact);
	}
}

#define GIF_HEAD "GIF89a\x02\0\x02\0\x80\0\0\0\0\0\xFF\xFF\xFF"
#define GIF_LOOP "\x21\xFF\x0BNETSCAPE2.0\x03\x01\0\0\0"
#define GIF_XMP "\x21\xFF\x0BXMP DataXMP\x05where\0"
#define GIF_COMMENT                                                                    \
	"\x21\xFE\x06secret\x03"                                                       \
	"and\0"
#define GIF_TIME "\x21\xF9\x04\0\x0A\0\0\0"
#define GIF_FRAME "\x2C\0\0\0\0\x02\0\x02\0\0\x02\x03\x44\x02\x05\0"

static void
a_gif_keeps_its_frames_and_their_times(void **state)
{
	struct file f = {0}, right = {0};
	struct image_header h;

	(void)state;
	PUT(&f, GIF_HEAD GIF_LOOP GIF_XMP GIF_COMMENT GIF_TIME GIF_FRAME GIF_TIME
			GIF_FRAME ";hidden");
	PUT(&right, GIF_HEAD GIF_LOOP GIF_TIME GIF_FRAME GIF_TIME GIF_FRAME ";");
	assert_int_equal(image_inspect_any(f.bytes, f.size, &h), IMAGE_OK);
	assert_int_equal(h.frames, 2);
	assert_int_equal(h.width, 2);
	assert_int_equal(image_inspect(f.bytes, f.size, &h), IMAGE_UNKNOWN);
	struct file is = leaned(&f, lean_gif);
	assert_int_equal(is.size, right.size);
	assert_memory_equal(is.bytes, right.bytes, right.size);
	no_prefix_hurts(&f, lean_gif);
	for (size_t n = 6; n < f.size - 7; n++)
		assert_int_equal(image_inspect_any(f.bytes, n, &h), IMAGE_DAMAGED);
}

static void
a_webp_loses_exif_and_xmp(void **state)
{
	struct file f = {0};

	(void)state;
	PUT(&f, "RIFF\x36\0\0\0WEBPVP8X\x0A\0\0\0\x0C\0\0\0\0\0\0\0\0\0"
		"EXIF\x03\0\0\0gps\0XMP \x04\0\0\0homeVP8L\0\0\0\0");
	struct file is = leaned(&f, lean_webp);
	assert_false(has(&is, "gps") || has(&is, "home"));
	assert_true(has(&is, "VP8L"));
	assert_int_equal(is.bytes[20], 0);
	assert_int_equal(is.bytes[4], is.size - 8);
	no_prefix_hurts(&f, lean_webp);
}

/* 2 x 2 pixels of 24 bits in a file with a gap and a tail. */
static struct file
bmp(size_t head)
{
	struct file f = {0};
	unsigned char zeros[124] = {0};

	PUT(&f, "BM\0\0\0\0\x07\0\x07\0");
	put(&f, &(unsigned char){(unsigned char)(14 + head + 6)}, 1);
	PUT(&f, "\0\0\0");
	put(&f, &(unsigned char){(unsigned char)head}, 1);
	PUT(&f, "\0\0\0\x02\0\0\0\x02\0\0\0\x01\0\x18\0\0\0\0\0\0\0\0\0");
	put(&f, zeros, 14 + head - f.size);
	if (head == 124)
		memcpy(f.bytes + 14 + 56, "DEBM", 4); /* a profile behind the pixels */
	PUT(&f, "secret"
		"abcdef\0\0ghijkl\0\0"
		"profile");
	return f;
}

static void
a_bmp_is_its_heads_and_pixels(void **state)
{
	(void)state;
	for (size_t head = 40; head <= 124; head += 84) {
		struct file f = bmp(head), is = leaned(&f, lean_bmp), half = f;
		size_t size;

		assert_int_equal(is.size, 14 + head + 16);
		assert_false(
			has(&is, "secret") || has(&is, "profile") || has(&is, "DEBM"));
		assert_memory_equal(is.bytes + 14 + head, "abcdef\0\0ghijkl\0\0", 16);
		assert_int_equal(is.bytes[10], 14 + head);
		assert_int_equal(is.bytes[2], is.size);
		no_prefix_hurts(&f, lean_bmp);
		half.bytes[18] = 200; /* pixels that are not there */
		size = half.size;
		assert_null(lean_bmp(half.bytes, &size));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_gif_keeps_its_frames_and_their_times),
		cmocka_unit_test(a_webp_loses_exif_and_xmp),
		cmocka_unit_test(a_bmp_is_its_heads_and_pixels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
