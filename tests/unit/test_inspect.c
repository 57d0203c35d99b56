/* Headers of pictures, made byte by byte: what is complete, what is too large. */
#include "image/inspect.h"
#include "image/lean.h"

#include <stdio.h>

#include "unit.h"

struct file {
	unsigned char bytes[200000];
	size_t size;
};

static struct file f;

static void
put(const void *bytes, size_t n)
{
	assert_true(f.size + n <= sizeof(f.bytes));
	memcpy(f.bytes + f.size, bytes, n);
	f.size += n;
}

#define PUT(literal) put(literal, sizeof(literal) - 1)

static void
put_big(uint32_t number, int n)
{
	for (int i = n - 1; i >= 0; i--)
		put(&(unsigned char){(unsigned char)(number >> (8 * i))}, 1);
}

static void
put_little(uint32_t number, int n)
{
	for (int i = 0; i < n; i++)
		put(&(unsigned char){(unsigned char)(number >> (8 * i))}, 1);
}

static enum image_verdict
inspected(struct image_header *h)
{
	return image_inspect(f.bytes, f.size, h);
}

static void
assert_verdict(enum image_verdict right)
{
	struct image_header h;
	enum image_verdict is = inspected(&h);

	if (is != right)
		fail_msg("verdict %d, not %d, of %lld x %lld pixels, %lld scans, %lld "
			 "bytes held",
			is, right, (long long)h.width, (long long)h.height,
			(long long)h.scans, (long long)h.held);
}

/* Every prefix of a complete picture is refused; nobody reads beyond its end. */
static void
assert_no_prefix_is_taken(void)
{
	for (size_t n = 0; n < f.size; n++) {
		struct image_header h;
		unsigned char *exact = malloc(n + 1); /* a sanitizer sees overruns */

		memcpy(exact, f.bytes, n);
		if (image_inspect(exact, n, &h) == IMAGE_OK)
			fail_msg("%zu of %zu bytes are taken", n, f.size);
		free(exact);
	}
}

/* -- PNG --------------------------------------------------------------------------- */

static void
png_chunk(const char *kind, const void *bytes, uint32_t n)
{
	put_big(n, 4);
	put(kind, 4);
	put(bytes, n);
	put_big(0, 4); /* the checksum is the decoder's business */
}

static void
png(uint32_t width, uint32_t height, int bits, int type, bool interlaced)
{
	unsigned char head[13] = {0};

	f.size = 0;
	PUT("\x89PNG\r\n\x1A\n");
	for (int i = 0; i < 4; i++) {
		head[i] = (unsigned char)(width >> (24 - 8 * i));
		head[4 + i] = (unsigned char)(height >> (24 - 8 * i));
	}
	head[8] = (unsigned char)bits;
	head[9] = (unsigned char)type;
	head[12] = interlaced;
	png_chunk("IHDR", head, sizeof(head));
	png_chunk("IDAT", "data IEND data", 14);
	png_chunk("IEND", "", 0);
}

static void
a_png_ends_with_its_last_chunk(void **state)
{
	(void)state;
	png(640, 480, 8, 2, false);
	assert_verdict(IMAGE_OK);
	assert_no_prefix_is_taken();
	for (int behind = 1; behind <= 100; behind++) {
		put("x", 1); /* some phones leave notes there */
		assert_verdict(IMAGE_OK);
	}
	f.size = 0;
	PUT("\x89PNG\r\n\x1A\n");
	png_chunk("IEND", "", 0);
	assert_verdict(IMAGE_DAMAGED);
}

/* A PNG of these chunks, "IHDR" and the like, each of three bytes but the first. */
static void
png_of(const char *kinds)
{
	f.size = 0;
	PUT("\x89PNG\r\n\x1A\n");
	png_chunk("IHDR", "\0\0\0\1\0\0\0\1\10\2\0\0", 13);
	for (; *kinds != '\0'; kinds += 4)
		png_chunk(kinds, "abc", memcmp(kinds, "IEND", 4) == 0 ? 0 : 3);
}

static void
a_png_keeps_what_its_pixels_need(void **state)
{
	unsigned char given[1000];

	(void)state;
	png_of("eXIfiCCPPLTEtRNSIDATIDATIEND");
	size_t size = f.size;
	put("tEXt", 4); /* behind the end is none of the picture's */
	assert_null(lean_png(f.bytes, &f.size));
	png_of("tEXteXIfzTXtiCCPPLTEtRNSacTLIDATfdATIDATiTXtIENDtEXt");
	size_t before = f.size;
	memcpy(given, f.bytes, before);
	png_of("eXIfiCCPPLTEtRNSIDATIDATIEND");
	void *lean = lean_png(given, &before);
	assert_non_null(lean);
	assert_int_equal(before, size);
	assert_memory_equal(lean, f.bytes, size);
	free(lean);
}

static void
a_png_may_not_be_too_large(void **state)
{
	(void)state;
	png(0, 480, 8, 2, false);
	assert_verdict(IMAGE_DAMAGED);
	png(640, 0, 8, 2, false);
	assert_verdict(IMAGE_DAMAGED);
	png(1, 60000, 8, 2, false);
	assert_verdict(IMAGE_OK);
	png(8160, 6144, 8, 2, false);
	assert_verdict(IMAGE_OK);
	png(9000, 7000, 8, 2, false);
	assert_verdict(IMAGE_TOO_LARGE);
	png(12000, 8000, 8, 0, false);
	assert_verdict(IMAGE_OK);
	png(12000, 8400, 1, 0, false);
	assert_verdict(IMAGE_TOO_LARGE);
	png(4900, 4000, 16, 6, false);
	assert_verdict(IMAGE_OK);
	png(5000, 4000, 16, 6, false);
	assert_verdict(IMAGE_TOO_LARGE);
	png(12000, 8000, 8, 2, true);
	assert_verdict(IMAGE_TOO_LARGE);
	png(5000, 5000, 16, 6, true);
	assert_verdict(IMAGE_TOO_LARGE);
	png(5000, 5000, 8, 2, true);
	assert_verdict(IMAGE_OK);
	png(0x7FFFFFFF, 0x7FFFFFFF, 16, 6, true);
	assert_verdict(IMAGE_TOO_LARGE);
	png(0xFFFFFFFF, 0xFFFFFFFF, 16, 6, true);
	assert_verdict(IMAGE_TOO_LARGE);
	png(0x7FFFFFFF, 1, 1, 0, false);
	assert_verdict(IMAGE_TOO_LARGE);
}

/* -- JPEG -------------------------------------------------------------------------- */

static void
jpeg(int frame, int width, int height, int scans, int factors)
{
	f.size = 0;
	PUT("\xFF\xD8\xFF\xE1\0\x0A\xFF\xD9"
	    "Exif\0\0"); /* the end of a preview inside */
	put((unsigned char[]){0xFF, (unsigned char)frame}, 2);
	PUT("\0\x11\x08");
	put_big((uint32_t)height, 2);
	put_big((uint32_t)width, 2);
	PUT("\3");
	put((unsigned char[]){1, (unsigned char)factors, 0}, 3);
	PUT("\2\x11\1\3\x11\1");
	for (int i = 0; i < scans; i++)
		PUT("\xFF\xDA\0\x0C\3\1\0\2\x11\3\x11\0\x3F\0"
		    "data\xFF\0\xFF\xD0more\xFF\xFF");
	PUT("\xFF\xD9");
}

static void
a_jpeg_ends_where_it_says(void **state)
{
	struct image_header h;

	(void)state;
	jpeg(0xC0, 640, 480, 1, 0x22);
	assert_int_equal(inspected(&h), IMAGE_OK);
	assert_int_equal(h.width, 640);
	assert_int_equal(h.height, 480);
	assert_int_equal(h.scans, 1);
	assert_int_equal(h.held, 0);
	assert_no_prefix_is_taken();
	PUT("a phone's own data");
	assert_verdict(IMAGE_OK);
	jpeg(0xC0, 0, 480, 1, 0x22);
	assert_verdict(IMAGE_DAMAGED);
	jpeg(0xC0, 640, 480, 0, 0x22);
	assert_verdict(IMAGE_DAMAGED);
	f.size = 0;
	PUT("\xFF\xD8\xFF\xD9");
	assert_verdict(IMAGE_DAMAGED);
}

static void
what_a_jpeg_holds_follows_from_its_samples(void **state)
{
	struct image_header h;

	(void)state;
	jpeg(0xC2, 1600, 1600, 5, 0x11);
	assert_int_equal(inspected(&h), IMAGE_OK);
	assert_int_equal(h.held, 3 * 1616 * 1616 * 2);
	jpeg(0xC2, 1600, 1600, 5, 0x22);
	assert_int_equal(inspected(&h), IMAGE_OK);
	assert_int_equal(h.held, (1616 * 1616 + 2 * 816 * 816) * 2);
	jpeg(0xC0, 1600, 1600, 3, 0x11); /* a scan a component */
	assert_int_equal(inspected(&h), IMAGE_OK);
	assert_int_equal(h.held, 3 * 1616 * 1616 * 2);
}

static void
a_jpeg_may_not_be_too_large(void **state)
{
	(void)state;
	jpeg(0xC0, 12000, 8000, 1, 0x22);
	assert_verdict(IMAGE_OK);
	jpeg(0xC0, 12000, 9000, 1, 0x22);
	assert_verdict(IMAGE_TOO_LARGE);
	jpeg(0xC2, 6000, 4000, 10, 0x11); /* a camera's, as the web likes it */
	assert_verdict(IMAGE_OK);
	jpeg(0xC2, 12000, 8000, 10, 0x11);
	assert_verdict(IMAGE_TOO_LARGE);
	jpeg(0xC2, 64, 64, 101, 0x11);
	assert_verdict(IMAGE_TOO_LARGE);
	jpeg(0xC2, 6000, 4000, 60, 0x11);
	assert_verdict(IMAGE_TOO_LARGE);
	jpeg(0xC2, 65535, 65535, 1, 0x44);
	assert_verdict(IMAGE_TOO_LARGE);
}

/* -- WebP -------------------------------------------------------------------------- */

static void
webp(const char *kind, const void *bytes, uint32_t n)
{
	f.size = 0;
	PUT("RIFF");
	put_little(4 + 8 + n + n % 2, 4);
	PUT("WEBP");
	put(kind, 4);
	put_little(n, 4);
	put(bytes, n);
	if (n % 2 == 1)
		PUT("\0");
}

static void
vp8l(uint32_t width, uint32_t height)
{
	uint32_t bits = (width - 1) | (height - 1) << 14;

	webp("VP8L",
		(unsigned char[]){0x2F, (unsigned char)bits, (unsigned char)(bits >> 8),
			(unsigned char)(bits >> 16), (unsigned char)(bits >> 24), 0, 0},
		7);
}

static void
a_webp_is_as_long_as_it_says(void **state)
{
	struct image_header h;

	(void)state;
	vp8l(640, 480);
	assert_int_equal(inspected(&h), IMAGE_OK);
	assert_int_equal(h.width, 640);
	assert_int_equal(h.height, 480);
	f.size--; /* the padding of the last chunk may be missing */
	assert_verdict(IMAGE_OK);
	assert_no_prefix_is_taken();
	webp("VP8 ", "\0\0\0\x9D\x01\x2A\x80\x02\xE0\x01", 10);
	assert_int_equal(inspected(&h), IMAGE_OK);
	assert_int_equal(h.width, 640);
	assert_int_equal(h.height, 480);
	webp("VP8X", "\0\0\0\0\x7F\x02\0\xDF\x01\0", 10);
	assert_verdict(IMAGE_DAMAGED); /* a canvas without a picture */
	webp("ICCP", "abc", 3);
	assert_verdict(IMAGE_DAMAGED);
}

static void
a_webp_may_not_be_too_large(void **state)
{
	(void)state;
	vp8l(6000, 6000);
	assert_verdict(IMAGE_OK);
	vp8l(16384, 16384);
	assert_verdict(IMAGE_TOO_LARGE);
}

/* -- others ------------------------------------------------------------------------ */

static void
other_formats_are_unknown(void **state)
{
	static const char *const heads[] = {"", "GIF89a", "<svg xmlns='x'/>",
		"%PDF-1.7", "\xFF\xD8", "\x89PN", "RIFF0000WAVE", "BM", "II*", "MM",
		"....ftypheic", "#?RADIANCE", "SIMPLE  =", "P6 1 1 255 abc"};

	(void)state;
	for (size_t i = 0; i < sizeof(heads) / sizeof(*heads); i++) {
		f.size = 0;
		put(heads[i], strlen(heads[i]));
		assert_verdict(IMAGE_UNKNOWN);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_png_ends_with_its_last_chunk),
		cmocka_unit_test(a_png_keeps_what_its_pixels_need),
		cmocka_unit_test(a_png_may_not_be_too_large),
		cmocka_unit_test(a_jpeg_ends_where_it_says),
		cmocka_unit_test(what_a_jpeg_holds_follows_from_its_samples),
		cmocka_unit_test(a_jpeg_may_not_be_too_large),
		cmocka_unit_test(a_webp_is_as_long_as_it_says),
		cmocka_unit_test(a_webp_may_not_be_too_large),
		cmocka_unit_test(other_formats_are_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
