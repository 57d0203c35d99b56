/*
 * What comes out of the picture pipeline, looked at pixel by pixel. The inputs are made
 * here with libvips; what it cannot make lies in tests/data/pictures.
 */
#include "image/render.h"

#include <math.h>
#include <stdio.h>
#include <vips/vips.h>

#include "unit.h"

#define SIDE 64
#define STEPS 3 /* of 255: how far a colour may be off */

struct rgb {
	double r, g, b;
};

/* -- looking at outputs ------------------------------------------------------------ */

static struct image_bytes outputs[2]; /* a photo and its thumbnail */

static enum image_verdict
render(const void *bytes, size_t size)
{
	static const int sides[] = {48, 16};

	for (size_t i = 0; i < 2; i++)
		render_free(&outputs[i]);
	return render_jpegs(bytes, size, sides, 2, outputs);
}

static VipsImage *
opened_output(const struct image_bytes *out)
{
	VipsImage *image = vips_image_new_from_buffer(out->bytes, out->size, "", NULL);

	assert_non_null(image);
	assert_int_equal(vips_image_get_bands(image), 3);
	assert_int_equal(vips_image_get_format(image), VIPS_FORMAT_UCHAR);
	return image;
}

/* The mean colour of a part of a picture; x, y, w, h in parts of its sides. */
static struct rgb
mean_of(VipsImage *image, double x, double y, double w, double h)
{
	int across = vips_image_get_width(image), down = vips_image_get_height(image);
	double mean[3];

	for (int band = 0; band < 3; band++) {
		VipsImage *one, *part;

		assert_int_equal(vips_extract_band(image, &one, band, NULL), 0);
		assert_int_equal(vips_extract_area(one, &part, (int)(x * across),
					 (int)(y * down), (int)fmax(1, w * across),
					 (int)fmax(1, h * down), NULL),
			0);
		assert_int_equal(vips_avg(part, &mean[band], NULL), 0);
		g_object_unref(part);
		g_object_unref(one);
	}
	return (struct rgb){mean[0], mean[1], mean[2]};
}

static void
assert_colour(const char *what, struct rgb is, struct rgb right, double steps)
{
	if (fabs(is.r - right.r) > steps || fabs(is.g - right.g) > steps ||
		fabs(is.b - right.b) > steps)
		fail_msg("%s: (%.0f,%.0f,%.0f), not (%.0f,%.0f,%.0f)", what, is.r, is.g,
			is.b, right.r, right.g, right.b);
}

static bool
contains(const struct image_bytes *out, const char *text)
{
	return memmem(out->bytes, out->size, text, strlen(text)) != NULL;
}

/* Segments of a JPEG before its scans: JFIF's own is the only application data. */
static void
assert_no_metadata(const char *what, const struct image_bytes *out)
{
	static const char *const words[] = {
		"Exif", "GPS", "ns.adobe", "xmp", "ICC_PROFILE", "secret", "Photoshop"};
	const unsigned char *b = out->bytes;

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (contains(out, words[i]))
			fail_msg("%s: the output contains \"%s\"", what, words[i]);
	for (size_t i = 2; i + 4 < out->size && b[i + 1] != 0xDA;) {
		if ((b[i + 1] > 0xE0 && b[i + 1] <= 0xEF) || b[i + 1] == 0xFE)
			fail_msg("%s: the output has a segment FF%02X", what, b[i + 1]);
		i += 2 + (size_t)(b[i + 2] << 8 | b[i + 3]);
	}
}

/* Both outputs are of that colour everywhere, and clean. */
static void
assert_outputs(const char *what, struct rgb right, double steps)
{
	for (size_t i = 0; i < 2; i++) {
		VipsImage *image = opened_output(&outputs[i]);

		assert_colour(what, mean_of(image, 0, 0, 1, 1), right, steps);
		assert_colour(what, mean_of(image, .4, .4, .2, .2), right, steps);
		assert_no_metadata(what, &outputs[i]);
		g_object_unref(image);
	}
}

/* -- making inputs ----------------------------------------------------------------- */

/* A picture of one colour; its values are those of the given format. */
static VipsImage *
flat(const double *values, int bands, VipsBandFormat format, VipsInterpretation space)
{
	static const double ones[] = {1, 1, 1, 1};
	VipsImage *black, *image, *cast, *named;

	assert_int_equal(vips_black(&black, SIDE, SIDE, "bands", bands, NULL), 0);
	assert_int_equal(vips_linear(black, &image, ones, values, bands, NULL), 0);
	assert_int_equal(vips_cast(image, &cast, format, NULL), 0);
	assert_int_equal(vips_copy(cast, &named, "interpretation", space, NULL), 0);
	g_object_unref(black);
	g_object_unref(image);
	g_object_unref(cast);
	return named;
}

static void
assert_saved(VipsImage *image, const char *how, struct image_bytes *out)
{
	if (vips_image_write_to_buffer(image, how, &out->bytes, &out->size, NULL) != 0)
		fail_msg("%s: %s", how, vips_error_buffer());
}

struct source {
	const char *name, *how; /* how: a suffix with options of libvips' savers */
	double values[4];
	int bands;
	VipsBandFormat format;
	VipsInterpretation space;
	struct rgb right;
};

#define U8 VIPS_FORMAT_UCHAR
#define U16 VIPS_FORMAT_USHORT
#define ORANGE                                                                         \
	{                                                                              \
		250, 130, 60                                                           \
	}
#define RGB(how_, r, g, b)                                                             \
	{                                                                              \
		how_, how_, {r, g, b}, 3, U8, VIPS_INTERPRETATION_sRGB,                \
		{                                                                      \
			r, g, b                                                        \
		}                                                                      \
	}
#define RGBA(how_, r, g, b, a, ...)                                                    \
	{                                                                              \
		how_ " alpha " #a, how_, {r, g, b, a}, 4, U8,                          \
			VIPS_INTERPRETATION_sRGB,                                      \
		{                                                                      \
			__VA_ARGS__                                                    \
		}                                                                      \
	}
#define GREY(how_, g)                                                                  \
	{                                                                              \
		how_, how_, {g}, 1, U8, VIPS_INTERPRETATION_B_W,                       \
		{                                                                      \
			g, g, g                                                        \
		}                                                                      \
	}

static const struct source sources[] = {
	RGB(".jpg[Q=95]", 250, 130, 60),
	RGB(".jpg[Q=95,subsample-mode=off]", 250, 130, 60),
	RGB(".jpg[Q=95,interlace]", 250, 130, 60),
	RGB(".jpg[Q=95,interlace]", 20, 60, 140),
	RGB(".png", 250, 130, 60),
	RGB(".png[interlace]", 250, 130, 60),
	RGB(".png[palette]", 250, 130, 60),
	RGB(".webp[Q=90]", 250, 130, 60),
	RGB(".webp[lossless]", 250, 130, 60),
	GREY(".jpg[Q=95]", 150),
	GREY(".jpg[Q=95,interlace]", 150),
	GREY(".png", 150),
	GREY(".png[bitdepth=1]", 255),
	GREY(".png[bitdepth=1]", 0),
	GREY(".png[bitdepth=2]", 170),
	GREY(".png[bitdepth=4]", 136),
	{"16-bit PNG", ".png[bitdepth=16]", {250 * 257, 130 * 257, 60 * 257}, 3, U16,
		VIPS_INTERPRETATION_RGB16, ORANGE},
	{"16-bit PNG, dark", ".png[bitdepth=16]", {10 * 257, 20 * 257, 30 * 257}, 3,
		U16, VIPS_INTERPRETATION_RGB16, {10, 20, 30}},
	{"16-bit grey PNG", ".png[bitdepth=16]", {150 * 257}, 1, U16,
		VIPS_INTERPRETATION_GREY16, {150, 150, 150}},
	{"16-bit PNG, half transparent", ".png[bitdepth=16]", {0, 0, 0, 32768}, 4, U16,
		VIPS_INTERPRETATION_RGB16, {127, 127, 127}},
	{"grey PNG, half transparent", ".png", {0, 128}, 2, U8, VIPS_INTERPRETATION_B_W,
		{127, 127, 127}},
	{"16-bit grey PNG, transparent", ".png[bitdepth=16]", {0, 0}, 2, U16,
		VIPS_INTERPRETATION_GREY16, {255, 255, 255}},
	RGBA(".png", 250, 130, 60, 255, 250, 130, 60),
	RGBA(".png", 20, 20, 20, 0, 255, 255, 255),
	RGBA(".png", 250, 130, 60, 128, 252, 192, 157),
	RGBA(".png[palette]", 20, 20, 20, 0, 255, 255, 255),
	RGBA(".png[interlace]", 250, 130, 60, 255, 250, 130, 60),
	RGBA(".webp[lossless]", 250, 130, 60, 255, 250, 130, 60),
	RGBA(".webp[lossless]", 20, 20, 20, 0, 255, 255, 255),
	RGBA(".webp[Q=90]", 20, 20, 20, 0, 255, 255, 255),
	RGBA(".webp[lossless]", 250, 130, 60, 128, 252, 192, 157),
};

static void
a_picture_keeps_its_colour(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(sources) / sizeof(*sources); i++) {
		const struct source *s = &sources[i];
		VipsImage *image = flat(s->values, s->bands, s->format, s->space);
		struct image_bytes in;

		assert_saved(image, s->how, &in);
		g_object_unref(image);
		if (render(in.bytes, in.size) != IMAGE_OK)
			fail_msg("%s: refused", s->name);
		assert_outputs(s->name, s->right, STEPS);
		render_free(&in);
	}
}

/* -- profiles ---------------------------------------------------------------------- */

static void
read_data(const char *name, struct image_bytes *out)
{
	char path[4096];
	gsize size;
	gchar *bytes;

	snprintf(path, sizeof(path), "%s/tests/data/pictures/%s", SRCDIR, name);
	if (!g_file_get_contents(path, &bytes, &size, NULL))
		fail_msg("%s cannot be read", path);
	*out = (struct image_bytes){bytes, size};
}

/* One colour whose numbers are those of a profile. */
static void
tagged(const struct source *s, const struct image_bytes *profile,
	struct image_bytes *out)
{
	VipsImage *image = flat(s->values, s->bands, s->format, s->space), *own;

	assert_int_equal(vips_copy(image, &own, NULL), 0);
	vips_image_set_blob_copy(
		own, VIPS_META_ICC_NAME, profile->bytes, profile->size);
	assert_saved(own, s->how, out);
	assert_true(contains(out, "ICC_PROFILE") || contains(out, "iCCP") ||
		    contains(out, "ICCP"));
	g_object_unref(own);
	g_object_unref(image);
}

/*
 * The right values follow from the published primaries and curves (Adobe RGB (1998)
 * 4.3; Display P3: SMPTE EG 432-1 with the curve of IEC 61966-2-1), clipped to sRGB.
 */
static const struct {
	const char *profile;
	double values[3];
	struct rgb right;
} managed[] = {
	{"adobe-rgb.icc", {60, 200, 60}, {0, 201, 37}},
	{"adobe-rgb.icc", {200, 100, 100}, {227, 100, 100}},
	{"adobe-rgb.icc", {128, 128, 128}, {129, 129, 129}},
	{"display-p3.icc", {60, 200, 60}, {0, 203, 11}},
	{"display-p3.icc", {200, 100, 100}, {215, 93, 97}},
	{"display-p3.icc", {250, 250, 250}, {250, 250, 250}},
};

static void
a_wide_gamut_becomes_srgb(void **state)
{
	static const char *const savers[] = {".jpg[Q=98,subsample-mode=off]", ".png",
		".webp[lossless]", ".png[bitdepth=16]"};

	(void)state;
	for (size_t i = 0; i < sizeof(managed) / sizeof(*managed); i++)
		for (size_t k = 0; k < sizeof(savers) / sizeof(*savers); k++) {
			bool deep = strstr(savers[k], "16") != NULL;
			double unit = deep ? 257 : 1;
			struct source s = {managed[i].profile, savers[k],
				{managed[i].values[0] * unit,
					managed[i].values[1] * unit,
					managed[i].values[2] * unit},
				3, deep ? U16 : U8,
				deep ? VIPS_INTERPRETATION_RGB16
				     : VIPS_INTERPRETATION_sRGB,
				managed[i].right};
			struct image_bytes profile, in;

			read_data(managed[i].profile, &profile);
			tagged(&s, &profile, &in);
			assert_int_equal(render(in.bytes, in.size), IMAGE_OK);
			assert_outputs(s.name, s.right, STEPS);
			render_free(&in);
			render_free(&profile);
		}
}

/* Puts bytes into the middle of others. */
static void
insert(struct image_bytes *into, size_t at, const void *bytes, size_t size)
{
	unsigned char *whole = g_malloc(into->size + size);

	memcpy(whole, into->bytes, at);
	memcpy(whole + at, bytes, size);
	memcpy(whole + at + size, (char *)into->bytes + at, into->size - at);
	g_free(into->bytes);
	*into = (struct image_bytes){whole, into->size + size};
}

static void
a_profile_that_does_not_fit_is_left_out(void **state)
{
	static const char *const names[] = {"broken.icc", "grey.icc"};
	static const struct source orange = RGB(".jpg[Q=95,strip]", 250, 130, 60);

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		VipsImage *image = flat(orange.values, 3, U8, orange.space);
		unsigned char head[18] = "\xFF\xE2\0\0ICC_PROFILE\0\1\1";
		struct image_bytes in, profile;

		read_data(names[i], &profile);
		assert_saved(image, orange.how, &in);
		head[2] = (unsigned char)((profile.size + 16) >> 8);
		head[3] = (unsigned char)(profile.size + 16);
		insert(&in, 2, profile.bytes, profile.size);
		insert(&in, 2, head, sizeof(head));
		assert_int_equal(render(in.bytes, in.size), IMAGE_OK);
		assert_outputs(names[i], orange.right, STEPS);
		render_free(&in);
		render_free(&profile);
		g_object_unref(image);
	}
}

/* The numbers of grey.icc have gamma 1.8: 128 there is 146 in sRGB. */
static void
a_profile_of_grey_counts_too(void **state)
{
	static const struct source s = {
		"grey", ".png", {128}, 1, U8, VIPS_INTERPRETATION_B_W, {146, 146, 146}};
	struct image_bytes profile, in;

	(void)state;
	read_data("grey.icc", &profile);
	tagged(&s, &profile, &in);
	assert_int_equal(render(in.bytes, in.size), IMAGE_OK);
	assert_outputs(s.name, s.right, STEPS);
	render_free(&in);
	render_free(&profile);
}

/* -- inks -------------------------------------------------------------------------- */

static void
inks_become_light(void **state)
{
	static const struct source bare = {"CMYK", ".jpg[Q=98,strip]", {0, 120, 200, 5},
		4, U8, VIPS_INTERPRETATION_CMYK, {250, 132, 54}};
	VipsBlob *blob;
	struct source with_profile = bare;
	VipsImage *image = flat(bare.values, 4, U8, VIPS_INTERPRETATION_CMYK), *right;
	struct image_bytes in, profile;
	double *seen;
	int n;

	(void)state;
	assert_saved(image, bare.how, &in);
	assert_int_equal(render(in.bytes, in.size), IMAGE_OK);
	assert_outputs(bare.name, bare.right, STEPS);
	render_free(&in);

	assert_int_equal(vips_profile_load("cmyk", &blob, NULL), 0);
	profile = (struct image_bytes){(void *)vips_blob_get(blob, NULL), 0};
	vips_blob_get(blob, &profile.size);
	with_profile.how = ".jpg[Q=98]";
	tagged(&with_profile, &profile, &in);
	assert_int_equal(vips_icc_transform(image, &right, "srgb", "input_profile",
				 "cmyk", "intent", VIPS_INTENT_RELATIVE, NULL),
		0);
	assert_int_equal(vips_getpoint(right, &seen, &n, 5, 5, NULL), 0);
	assert_int_equal(render(in.bytes, in.size), IMAGE_OK);
	assert_outputs(
		"CMYK with a profile", (struct rgb){seen[0], seen[1], seen[2]}, STEPS);
	g_free(seen);
	render_free(&in);
	vips_area_unref(VIPS_AREA(blob));
	g_object_unref(right);
	g_object_unref(image);
}

/* -- orientation, size, metadata --------------------------------------------------- */

static const struct rgb red = {220, 30, 30}, green = {30, 200, 30},
			blue = {30, 30, 220}, yellow = {220, 220, 30};

/* Quarters of four colours, twice as wide as high: red, green, blue, yellow from top
 * left, row by row. */
static VipsImage *
quarters(int width, int height)
{
	VipsImage *black, *image;
	const struct rgb *at[] = {&red, &green, &blue, &yellow};

	assert_int_equal(vips_black(&black, width, height, "bands", 3, NULL), 0);
	assert_int_equal(vips_copy(black, &image, "interpretation",
				 VIPS_INTERPRETATION_sRGB, NULL),
		0);
	g_object_unref(black);
	black = vips_image_copy_memory(image);
	g_object_unref(image);
	for (int i = 0; i < 4; i++)
		assert_int_equal(
			vips_draw_rect(black, (double[]){at[i]->r, at[i]->g, at[i]->b},
				3, i % 2 * width / 2, i / 2 * height / 2, width / 2,
				height / 2, "fill", TRUE, NULL),
			0);
	return black;
}

/* EXIF orientation n: where the colours stand when the picture is upright (TIFF 6.0,
 * tag 274). */
static const char upright[9][5] = {
	"", "rgby", "gryb", "ybgr", "byrg", "rbgy", "bryg", "ygbr", "gyrb"};

static const struct rgb *
named(char letter)
{
	return letter == 'r'   ? &red
	       : letter == 'g' ? &green
	       : letter == 'b' ? &blue
			       : &yellow;
}

static void
assert_upright(const char *what, int orientation)
{
	for (size_t k = 0; k < 2; k++) {
		VipsImage *image = opened_output(&outputs[k]);
		int longer = k == 0 ? 48 : 16;
		bool stands = orientation >= 5;

		assert_int_equal(
			vips_image_get_width(image), stands ? longer / 2 : longer);
		assert_int_equal(
			vips_image_get_height(image), stands ? longer : longer / 2);
		for (int i = 0; i < 4; i++)
			assert_colour(what,
				mean_of(image, i % 2 * .5 + .15, i / 2 * .5 + .15, .2,
					.2),
				*named(upright[orientation][i]), 12);
		assert_no_metadata(what, &outputs[k]);
		g_object_unref(image);
	}
}

/* libvips does not write the orientation of a PNG: chunk eXIf (W3C PNG 11.3.4.5) behind
 * IHDR, with one entry. */
static void
add_exif_chunk(struct image_bytes *png, int orientation)
{
	unsigned char chunk[12 + 26] = "\0\0\0\x1A"
				       "eXIf"
				       "MM\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1";
	uint32_t crc = 0xFFFFFFFF;

	chunk[27] = (unsigned char)orientation;
	for (size_t i = 4; i < 34; i++) {
		crc ^= chunk[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320 : 0);
	}
	for (int i = 0; i < 4; i++)
		chunk[34 + i] = (unsigned char)(~crc >> (24 - 8 * i));
	insert(png, 33, chunk, sizeof(chunk));
}

static void
every_output_is_upright(void **state)
{
	static const char *const savers[] = {".jpg[Q=98,subsample-mode=off]",
		".jpg[Q=98,interlace]", ".webp[lossless]", ".png"};

	(void)state;
	for (int orientation = 1; orientation <= 8; orientation++)
		for (size_t k = 0; k < sizeof(savers) / sizeof(*savers); k++) {
			VipsImage *image = quarters(160, 80);
			char what[64];
			struct image_bytes in;

			snprintf(what, sizeof(what), "%s, orientation %d", savers[k],
				orientation);
			vips_image_set_int(image, VIPS_META_ORIENTATION, orientation);
			assert_saved(image, savers[k], &in);
			if (strcmp(savers[k], ".png") == 0)
				add_exif_chunk(&in, orientation);
			assert_int_equal(render(in.bytes, in.size), IMAGE_OK);
			assert_upright(what, orientation);
			render_free(&in);
			g_object_unref(image);
		}
}

static void
inks_are_turned_upright_too(void **state)
{
	VipsImage *image = quarters(160, 80), *inks, *named_inks;
	struct image_bytes in;

	(void)state;
	/* Light is what the inks leave: 255 - r, 255 - g, 255 - b and no black. */
	assert_int_equal(vips_invert(image, &inks, NULL), 0);
	assert_int_equal(vips_bandjoin_const1(inks, &named_inks, 0, NULL), 0);
	g_object_unref(inks);
	assert_int_equal(vips_copy(named_inks, &inks, "interpretation",
				 VIPS_INTERPRETATION_CMYK, NULL),
		0);
	vips_image_set_int(inks, VIPS_META_ORIENTATION, 6);
	assert_saved(inks, ".jpg[Q=98]", &in);
	assert_int_equal(render(in.bytes, in.size), IMAGE_OK);
	assert_upright("CMYK, orientation 6", 6);
	render_free(&in);
	g_object_unref(named_inks);
	g_object_unref(inks);
	g_object_unref(image);
}

static void
metadata_stay_behind(void **state)
{
	static const char *const savers[] = {
		".jpg", ".png", ".webp", ".webp[lossless]"};
	static const char xmp[] =
		"<x:xmpmeta xmlns:x='adobe:ns:meta/'>secret</x:xmpmeta>";

	(void)state;
	for (size_t k = 0; k < sizeof(savers) / sizeof(*savers); k++) {
		VipsImage *image = quarters(160, 80);
		struct image_bytes in;

		vips_image_set_string(image, "exif-ifd0-Artist",
			"secret (secret, ASCII, 7 components, 7 bytes)");
		vips_image_set_string(image, "exif-ifd3-GPSLatitude",
			"55/1 45/1 21/1 (55, 45, 21, Rational, 3 components, 24 "
			"bytes)");
		vips_image_set_string(image, "png-comment-0-Comment", "secret");
		vips_image_set_blob_copy(
			image, VIPS_META_XMP_NAME, xmp, sizeof(xmp) - 1);
		assert_saved(image, savers[k], &in);
		if (!contains(&in, "secret") && !contains(&in, "zTXtComment"))
			fail_msg("%s: the input has no metadata", savers[k]);
		assert_int_equal(render(in.bytes, in.size), IMAGE_OK);
		assert_upright(savers[k], 1);
		render_free(&in);
		g_object_unref(image);
	}
}

static void
of_an_animation_the_first_frame_counts(void **state)
{
	struct image_bytes in;

	(void)state;
	read_data("animated.webp", &in); /* red, then blue, then transparent */
	assert_int_equal(render(in.bytes, in.size), IMAGE_OK);
	assert_outputs("animated.webp", red, STEPS);
	render_free(&in);
}

static void
small_pictures_are_not_enlarged(void **state)
{
	static const struct {
		int width, height, large[2], small[2];
	} sizes[] = {{1, 1, {1, 1}, {1, 1}}, {20, 10, {20, 10}, {16, 8}},
		{48, 48, {48, 48}, {16, 16}}, {1, 5000, {1, 48}, {1, 16}},
		{5000, 1, {48, 1}, {16, 1}}, {3000, 2000, {48, 32}, {16, 11}}};

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		VipsImage *image;
		struct image_bytes in;

		assert_int_equal(vips_black(&image, sizes[i].width, sizes[i].height,
					 "bands", 3, NULL),
			0);
		assert_saved(image, ".png", &in);
		g_object_unref(image);
		assert_int_equal(render(in.bytes, in.size), IMAGE_OK);
		for (size_t k = 0; k < 2; k++) {
			image = opened_output(&outputs[k]);
			const int *right = k == 0 ? sizes[i].large : sizes[i].small;
			assert_int_equal(vips_image_get_width(image), right[0]);
			assert_int_equal(vips_image_get_height(image), right[1]);
			g_object_unref(image);
		}
		render_free(&in);
	}
}

static void
shades_of_grey_are_those_of_the_picture(void **state)
{
	VipsImage *image = quarters(160, 80);
	unsigned char grey[16 * 16];
	struct image_bytes in;
	double wide;

	(void)state;
	assert_saved(image, ".jpg[Q=95]", &in);
	assert_int_equal(render_grey(in.bytes, in.size, 16, grey, &wide), IMAGE_OK);
	assert_float_equal(wide, 2, 1e-9);
	/* Luminance: yellow is the lightest, then green; red and blue are dark. */
	assert_true(grey[12 * 16 + 12] > grey[3 * 16 + 12] + 20);
	assert_true(grey[3 * 16 + 12] > grey[3 * 16 + 3] + 40);
	assert_true(grey[3 * 16 + 3] > grey[12 * 16 + 3] + 10);
	assert_true(grey[12 * 16 + 3] > 20);
	render_free(&in);
	g_object_unref(image);
}

static int
start(void **state)
{
	(void)state;
	return render_start("test_image") ? 0 : -1;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_picture_keeps_its_colour),
		cmocka_unit_test(a_wide_gamut_becomes_srgb),
		cmocka_unit_test(a_profile_that_does_not_fit_is_left_out),
		cmocka_unit_test(a_profile_of_grey_counts_too),
		cmocka_unit_test(inks_become_light),
		cmocka_unit_test(every_output_is_upright),
		cmocka_unit_test(inks_are_turned_upright_too),
		cmocka_unit_test(metadata_stay_behind),
		cmocka_unit_test(of_an_animation_the_first_frame_counts),
		cmocka_unit_test(small_pictures_are_not_enlarged),
		cmocka_unit_test(shades_of_grey_are_those_of_the_picture),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
