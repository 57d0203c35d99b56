/*
 * The files that are made of a person's picture, looked at pixel by pixel, and what is
 * refused. The pictures that come are made here with libvips.
 */
#include "image/variants.h"

#include <math.h>
#include <stdio.h>

#include "unit.h"

#define STEPS 4 /* of 255: how far a colour may be off */

/* The four quarters of a test picture, clockwise from the upper left. */
static const double quarters[4][3] = {
	{230, 40, 40}, {40, 200, 40}, {40, 60, 220}, {220, 200, 40}};

static const struct person_wish all = {
	.least = 200, .most = 12000, .pixels = 50000000, .frames = 60, .shape = 5};

static struct variant_file made[PERSON_FILES];
static struct image_header head;

/* -- pictures ---------------------------------------------------------------------- */

static VipsImage *
plain(int width, int height, const double *colour, int bands)
{
	VipsImage *image, *coloured, *cast, *named;
	double ones[] = {1, 1, 1, 1};

	assert_int_equal(vips_black(&image, width, height, "bands", bands, NULL), 0);
	assert_int_equal(vips_linear(image, &coloured, ones, colour, bands, NULL), 0);
	assert_int_equal(vips_cast(coloured, &cast, VIPS_FORMAT_UCHAR, NULL), 0);
	assert_int_equal(vips_copy(cast, &named, "interpretation",
				 VIPS_INTERPRETATION_sRGB, NULL),
		0);
	g_object_unref(image);
	g_object_unref(coloured);
	g_object_unref(cast);
	return named;
}

static VipsImage *
quartered(int width, int height)
{
	VipsImage *q[4], *joined;

	for (int i = 0; i < 4; i++)
		q[i] = plain(width / 2, height / 2, quarters[i], 3);
	VipsImage *order[] = {q[0], q[1], q[3], q[2]};
	assert_int_equal(vips_arrayjoin(order, &joined, 4, "across", 2, NULL), 0);
	for (int i = 0; i < 4; i++)
		g_object_unref(q[i]);
	return joined;
}

/* As a file of the kind that a suffix and its options mean to libvips. */
static struct image_bytes
saved(VipsImage *image, const char *how)
{
	struct image_bytes out;

	if (vips_image_write_to_buffer(image, how, &out.bytes, &out.size, NULL) != 0)
		fail_msg("%s: %s", how, vips_error_buffer());
	g_object_unref(image);
	return out;
}

static enum image_verdict
make_of(struct image_bytes in, const struct person_wish *wish)
{
	variants_free(made);
	enum image_verdict v = variants_make(in.bytes, in.size, wish, made, &head);

	g_free(in.bytes);
	return v;
}

static void
is_made(struct image_bytes in, const struct person_wish *wish)
{
	enum image_verdict v = make_of(in, wish);

	if (v != IMAGE_OK)
		fail_msg("verdict %d", v);
}

/* -- looking ----------------------------------------------------------------------- */

static size_t
index_of(const char *name, const char *extension)
{
	for (size_t i = 0; i < PERSON_FILES; i++)
		if (strcmp(person_variants[i / PERSON_FORMATS].name, name) == 0 &&
			strcmp(person_formats[i % PERSON_FORMATS].extension,
				extension) == 0)
			return i;
	fail_msg("%s.%s", name, extension);
	return 0;
}

static VipsImage *
opened(size_t file)
{
	VipsImage *image = vips_image_new_from_buffer(
		made[file].bytes.bytes, made[file].bytes.size, "", NULL);

	assert_non_null(image);
	assert_int_equal(vips_image_get_width(image), made[file].width);
	assert_int_equal(vips_image_get_height(image), made[file].height);
	return image;
}

/* The colour at a place, in parts of the sides: a mean of some pixels around. */
static void
is_colour(size_t file, double x, double y, const double *right)
{
	VipsImage *image = opened(file);
	int w = vips_image_get_width(image), h = vips_image_get_height(image),
	    side = w < h ? w / 16 + 1 : h / 16 + 1;

	for (int band = 0; band < 3; band++) {
		VipsImage *one, *part;
		double mean;

		assert_int_equal(vips_extract_band(image, &one, band, NULL), 0);
		assert_int_equal(vips_extract_area(one, &part, (int)(x * (w - side)),
					 (int)(y * (h - side)), side, side, NULL),
			0);
		assert_int_equal(vips_avg(part, &mean, NULL), 0);
		if (fabs(mean - right[band]) > STEPS)
			fail_msg("file %zu at %.2f, %.2f: band %d is %.0f, not %.0f",
				file, x, y, band, mean, right[band]);
		g_object_unref(part);
		g_object_unref(one);
	}
	g_object_unref(image);
}

static void
is_sized(const char *name, int width, int height)
{
	for (int f = 0; f < PERSON_FORMATS; f++) {
		size_t i = index_of(name, person_formats[f].extension);

		if (made[i].width != width || made[i].height != height)
			fail_msg("%s: %d x %d", name, made[i].width, made[i].height);
	}
}

/* -- tests ------------------------------------------------------------------------- */

static void
each_variant_has_its_size_and_format(void **state)
{
	(void)state;
	is_made(saved(quartered(1600, 1200), ".jpg[Q=95]"), &all);
	assert_int_equal(head.width, 1600);
	assert_int_equal(head.format, IMAGE_JPEG);
	is_sized("w1000", 1000, 750);
	is_sized("w500", 500, 375);
	is_sized("w200", 200, 150);
	for (size_t i = 0; i < PERSON_VARIANTS; i++)
		if (person_variants[i].square)
			is_sized(person_variants[i].name, person_variants[i].side,
				person_variants[i].side);
	for (size_t i = 0; i < PERSON_FILES; i++)
		assert_int_equal(
			image_format_of(made[i].bytes.bytes, made[i].bytes.size),
			i % PERSON_FORMATS == 0 ? IMAGE_WEBP : IMAGE_JPEG);
}

static void
each_file_shows_the_picture(void **state)
{
	(void)state;
	is_made(saved(quartered(1600, 1200), ".png"), &all);
	for (size_t i = 0; i < PERSON_FILES; i++) {
		if (person_variants[i / PERSON_FORMATS].square)
			continue; /* where the attention falls */
		is_colour(i, .1, .1, quarters[0]);
		is_colour(i, .9, .1, quarters[1]);
		is_colour(i, .9, .9, quarters[2]);
		is_colour(i, .1, .9, quarters[3]);
	}
}

/* Orientation 6: the right side of what is stored is the top. */
static void
a_picture_is_turned_upright_and_cut_as_it_is_seen(void **state)
{
	struct person_wish lower_left = all;
	VipsImage *image = quartered(1600, 1200), *copy;

	(void)state;
	lower_left.x = 0;
	lower_left.y = 800;
	lower_left.width = 600;
	lower_left.height = 800;
	assert_int_equal(vips_copy(image, &copy, NULL), 0);
	vips_image_set_int(copy, VIPS_META_ORIENTATION, 6);
	g_object_unref(image);
	g_object_ref(copy);
	is_made(saved(copy, ".jpg[Q=95]"), &all);
	assert_int_equal(head.width, 1200);
	assert_int_equal(head.height, 1600);
	is_sized("w1000", 1000, 1333);
	is_colour(index_of("w1000", "webp"), .1, .1, quarters[3]);
	is_colour(index_of("w1000", "jpg"), .9, .1, quarters[0]);
	is_colour(index_of("w200", "jpg"), .9, .9, quarters[1]);
	is_made(saved(copy, ".jpg[Q=95]"), &lower_left);
	is_sized("w1000", 600, 800);
	is_sized("s512", 512, 512);
	for (size_t i = 0; i < PERSON_FILES; i++)
		for (int k = 0; k < 4; k++)
			is_colour(i, .1 + .8 * (k & 1), .1 + .4 * (k & 2), quarters[2]);
}

static void
nothing_is_enlarged(void **state)
{
	(void)state;
	is_made(saved(quartered(300, 240), ".png"), &all);
	is_sized("w1000", 300, 240);
	is_sized("w500", 300, 240);
	is_sized("w200", 200, 160);
	is_sized("s512", 240, 240);
	is_sized("s256", 240, 240);
	is_sized("s128", 128, 128);
}

static void
a_small_part_of_a_large_picture_keeps_its_pixels(void **state)
{
	struct person_wish part = all;

	(void)state;
	part.x = 100;
	part.y = 100;
	part.width = 700;
	part.height = 700;
	is_made(saved(quartered(6000, 4000), ".jpg"), &part);
	is_sized("w1000", 700, 700);
	is_sized("s512", 512, 512);
	is_colour(index_of("s512", "jpg"), .9, .9, quarters[0]);
}

static void
what_is_transparent_stays_so_or_becomes_white(void **state)
{
	static const double clear[] = {10, 10, 10, 0}, white[] = {255, 255, 255};

	(void)state;
	is_made(saved(plain(600, 600, clear, 4), ".png"), &all);
	for (size_t i = 0; i < PERSON_FILES; i++) {
		VipsImage *image = opened(i);

		assert_int_equal(vips_image_hasalpha(image), i % PERSON_FORMATS == 0);
		g_object_unref(image);
		if (i % PERSON_FORMATS == 1)
			is_colour(i, .5, .5, white);
	}
}

static void
no_file_says_more_than_its_pixels(void **state)
{
	static const char *const words[] = {
		"Exif", "EXIF", "GPS", "xmp", "XMP", "ICC", "Photoshop", "secret"};
	VipsImage *image = quartered(800, 800), *copy;

	(void)state;
	assert_int_equal(vips_copy(image, &copy, NULL), 0);
	vips_image_set_string(copy, "exif-ifd0-ImageDescription", "secret");
	vips_image_set_blob_copy(copy, VIPS_META_XMP_NAME, "secret xmp", 10);
	g_object_unref(image);
	is_made(saved(copy, ".jpg[Q=95,profile=srgb]"), &all);
	for (size_t i = 0; i < PERSON_FILES; i++)
		for (size_t k = 0; k < sizeof(words) / sizeof(*words); k++)
			if (memmem(made[i].bytes.bytes, made[i].bytes.size, words[k],
				    strlen(words[k])) != NULL)
				fail_msg("file %zu says %s", i, words[k]);
}

/* Of a picture that lies on its side and says so. */
static void
an_original_is_kept_whole_upright_and_silent(void **state)
{
	VipsImage *image = quartered(900, 500), *copy;
	struct variant_file kept = {0};

	(void)state;
	assert_int_equal(vips_copy(image, &copy, NULL), 0);
	g_object_unref(image);
	vips_image_set_int(copy, VIPS_META_ORIENTATION, 6);
	vips_image_set_string(copy, "exif-ifd0-ImageDescription", "secret");
	struct image_bytes in = saved(copy, ".jpg[Q=95,profile=srgb]");
	assert_int_equal(variants_original(in.bytes, in.size, &all, &kept), IMAGE_OK);
	assert_int_equal(kept.width, 500);
	assert_int_equal(kept.height, 900);
	static const char *const words[] = {"Exif", "ICC", "secret"};
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		assert_null(memmem(
			kept.bytes.bytes, kept.bytes.size, words[i], strlen(words[i])));
	image = vips_image_new_from_buffer(kept.bytes.bytes, kept.bytes.size, "", NULL);
	assert_non_null(image);
	assert_int_equal(vips_image_get_width(image), 500);
	assert_int_equal(vips_image_get_height(image), 900);
	g_object_unref(image);
	render_free(&kept.bytes);
	struct person_wish large = all;
	large.least = 1000;
	assert_int_equal(
		variants_original(in.bytes, in.size, &large, &kept), IMAGE_TOO_SMALL);
	g_free(in.bytes);
}

/* ITU T.81: SOF2 is a progressive frame; its first component has twice the samples of
 * the others each way. */
static void
a_jpeg_is_progressive_with_half_the_colours(void **state)
{
	(void)state;
	is_made(saved(quartered(800, 800), ".png"), &all);
	for (size_t i = 1; i < PERSON_FILES; i += PERSON_FORMATS) {
		const unsigned char *b = made[i].bytes.bytes,
				    *frame = memmem(
					    b, made[i].bytes.size, "\xFF\xC2", 2);

		assert_non_null(frame);
		assert_int_equal(frame[11], 0x22);
		assert_int_equal(frame[14], 0x11);
	}
}

static void
of_a_moving_picture_the_first_frame_counts(void **state)
{
	VipsImage *frames[] = {plain(320, 320, quarters[0], 3),
		plain(320, 320, quarters[1], 3)},
		  *joined, *copy;

	(void)state;
	assert_int_equal(vips_arrayjoin(frames, &joined, 2, "across", 1, NULL), 0);
	assert_int_equal(vips_copy(joined, &copy, NULL), 0);
	vips_image_set_int(copy, VIPS_META_PAGE_HEIGHT, 320);
	for (int i = 0; i < 2; i++)
		g_object_unref(frames[i]);
	g_object_unref(joined);
	g_object_ref(copy);
	is_made(saved(copy, ".webp[lossless]"), &all);
	assert_int_equal(head.frames, 2);
	is_sized("w1000", 320, 320);
	is_colour(index_of("s256", "jpg"), .5, .5, quarters[0]);
	struct person_wish still = all;
	still.frames = 1;
	assert_int_equal(
		make_of(saved(copy, ".webp[lossless]"), &still), IMAGE_TOO_LARGE);
}

/* A GIF of `frames` frames of one pixel each, on a screen of that size. */
static struct image_bytes
gif(int width, int height, int frames)
{
	static const unsigned char frame[] = {
		0x2C, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0};
	unsigned char *b = g_malloc(32 + sizeof(frame) * (size_t)frames);
	size_t n = 13 + 6;

	memcpy(b, "GIF89a", 6);
	b[6] = (unsigned char)width;
	b[7] = (unsigned char)(width >> 8);
	b[8] = (unsigned char)height;
	b[9] = (unsigned char)(height >> 8);
	memcpy(b + 10, "\x80\0\0\xE6\x28\x28\xFF\xFF\xFF", 9);
	for (int i = 0; i < frames; i++, n += sizeof(frame))
		memcpy(b + n, frame, sizeof(frame));
	b[n++] = 0x3B;
	return (struct image_bytes){b, n};
}

static void
a_gif_is_a_picture_too(void **state)
{
	(void)state;
	is_made(gif(300, 300, 3), &all);
	assert_int_equal(head.format, IMAGE_GIF);
	assert_int_equal(head.frames, 3);
	is_sized("w500", 300, 300);
}

static struct image_bytes
cut(struct image_bytes in, size_t part)
{
	in.size = in.size * part / 10;
	return in;
}

static struct image_bytes
raw(const char *text)
{
	return (struct image_bytes){g_strdup(text), strlen(text)};
}

/* A PNG whose head promises so much. */
static struct image_bytes
promising(uint32_t side)
{
	struct image_bytes in = saved(quartered(300, 300), ".png");
	unsigned char *b = in.bytes;

	for (int i = 0; i < 4; i++)
		b[16 + i] = b[20 + i] = (unsigned char)(side >> (24 - 8 * i));
	return in;
}

static void
what_cannot_be_used_is_refused_with_its_reason(void **state)
{
	struct person_wish outside = all;

	(void)state;
	outside.x = 500;
	outside.width = 200;
	outside.height = 100;
	assert_int_equal(
		make_of(raw("<svg xmlns='http://www.w3.org/2000/svg'/>"), &all),
		IMAGE_UNKNOWN);
	assert_int_equal(make_of(raw("%PDF-1.7"), &all), IMAGE_UNKNOWN);
	assert_int_equal(
		make_of(saved(quartered(199 * 2, 198), ".png"), &all), IMAGE_TOO_SMALL);
	assert_int_equal(
		make_of(saved(quartered(1202, 240), ".png"), &all), IMAGE_BAD_SHAPE);
	assert_int_equal(make_of(saved(quartered(600, 600), ".png"), &outside),
		IMAGE_CROP_OUTSIDE);
	assert_int_equal(make_of(promising(65500), &all), IMAGE_TOO_MANY_PIXELS);
	assert_int_equal(make_of(promising(12001), &all), IMAGE_TOO_MANY_PIXELS);
	assert_int_equal(make_of(promising(8000), &all), IMAGE_TOO_MANY_PIXELS);
	assert_int_equal(make_of(promising(7000), &all), IMAGE_DAMAGED);
	assert_int_equal(make_of(gif(300, 300, 61), &all), IMAGE_TOO_LARGE);
	assert_int_equal(make_of(cut(gif(300, 300, 50), 9), &all), IMAGE_DAMAGED);
	static const char *const forms[] = {".jpg", ".png", ".webp"};
	for (size_t i = 0; i < 3; i++)
		for (size_t part = 3; part < 10; part++)
			assert_int_equal(
				make_of(cut(saved(quartered(600, 600), forms[i]), part),
					&all),
				IMAGE_DAMAGED);
}

static void
silence(const gchar *domain, GLogLevelFlags level, const gchar *words, gpointer data)
{
	(void)domain;
	(void)level;
	(void)words;
	(void)data;
}

static int
start(void **state)
{
	(void)state;
	g_log_set_default_handler(silence, NULL);
	return render_start("test_variants") ? 0 : -1;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_variant_has_its_size_and_format),
		cmocka_unit_test(each_file_shows_the_picture),
		cmocka_unit_test(a_picture_is_turned_upright_and_cut_as_it_is_seen),
		cmocka_unit_test(nothing_is_enlarged),
		cmocka_unit_test(a_small_part_of_a_large_picture_keeps_its_pixels),
		cmocka_unit_test(what_is_transparent_stays_so_or_becomes_white),
		cmocka_unit_test(no_file_says_more_than_its_pixels),
		cmocka_unit_test(an_original_is_kept_whole_upright_and_silent),
		cmocka_unit_test(a_jpeg_is_progressive_with_half_the_colours),
		cmocka_unit_test(of_a_moving_picture_the_first_frame_counts),
		cmocka_unit_test(a_gif_is_a_picture_too),
		cmocka_unit_test(what_cannot_be_used_is_refused_with_its_reason),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
