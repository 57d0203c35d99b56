#include "image/decode.h"

#include <stdlib.h>
#include <string.h>

#include "image/lean.h"
#include "image/render.h"

bool
render_start(const char *program)
{
	static bool ready;

	if (ready)
		return true;
	if (VIPS_INIT(program) != 0)
		return false;
	vips_concurrency_set(1);
	vips_cache_set_max(0); /* nothing of one picture is left for the next */
	vips_operation_block_set("VipsForeignLoad", TRUE);
	vips_operation_block_set("VipsForeignLoadJpeg", FALSE);
	vips_operation_block_set("VipsForeignLoadPng", FALSE);
	vips_operation_block_set("VipsForeignLoadWebp", FALSE);
	vips_operation_block_set("VipsForeignLoadNsgif", FALSE);
	ready = true;
	return true;
}

bool
decode_becomes(VipsImage **image, int failed, VipsImage *made)
{
	g_object_unref(*image);
	*image = failed == 0 ? made : NULL;
	return failed == 0;
}

/* vips_flatten() takes the last band for alpha whatever it is: only with alpha. */
bool
decode_on_white(VipsImage **image)
{
	double white[] = {255, 255, 255};
	VipsArrayDouble *background;
	VipsImage *made = NULL;

	if (!vips_image_hasalpha(*image))
		return true;
	background = vips_array_double_new(white, 3);
	int failed = vips_flatten(*image, &made, "background", background, NULL);
	vips_area_unref(VIPS_AREA(background));
	return decode_becomes(image, failed, made);
}

/* Bands of 8 bits, without alpha unless it is wanted. Grey becomes sRGB before the
 * flattening, so that white is 255 in each band. */
static bool
plain(VipsImage **image, bool alpha)
{
	VipsImage *made = NULL;

	int failed = vips_colourspace(*image, &made, VIPS_INTERPRETATION_sRGB, NULL);
	if (!decode_becomes(image, failed, made) || (!alpha && !decode_on_white(image)))
		return false;
	failed = vips_cast(*image, &made, VIPS_FORMAT_UCHAR, NULL);
	return decode_becomes(image, failed, made);
}

/*
 * Is there a profile that can be used? The signature of its colour space (ICC.1:2022,
 * 7.2.8) must be that of the picture: libvips would take the first band of an RGB
 * picture for grey.
 */
static bool
has_profile(VipsImage *image)
{
	const void *profile;
	size_t size;

	if (vips_image_get_typeof(image, VIPS_META_ICC_NAME) == 0 ||
		vips_image_get_blob(image, VIPS_META_ICC_NAME, &profile, &size) != 0)
		return false;
	const char *space =
		vips_image_get_bands(image) < 3 ? "GRAY"
		: vips_image_get_interpretation(image) == VIPS_INTERPRETATION_CMYK
			? "CMYK"
			: "RGB ";
	return size > 128 && memcmp((const char *)profile + 16, space, 4) == 0 &&
	       vips_icc_is_compatible_profile(image, profile, size);
}

/*
 * What the decoders say of pictures that are whole all the same: libjpeg's warnings
 * about bytes that some cameras leave between segments, and about odd headers.
 */
static bool
is_harmless(void)
{
	static const char *const words[] = {"extraneous bytes before marker",
		"Invalid SOS parameters", "Adobe color transform", "JFIF revision"};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strstr(vips_error_buffer(), words[i]) != NULL)
			return true;
	return false;
}

/* One way to decode a picture. */
struct way {
	const struct decode_wish *wish;
	int64_t width, height; /* of the upright picture */
	bool inks;             /* CMYK */
	bool profile;          /* by its profile */
	bool strict;           /* a warning of the decoder is a failure */
};

/*
 * fail_on goes into the loader's options, too: vips_thumbnail_buffer() forgets to hand
 * it on. export_profile only where there is a profile to convert from: without one, it
 * shifts the colours of sRGB by up to six steps.
 */
static VipsImage *
shrunk(const void *bytes, size_t size, const struct way *w)
{
	VipsImage *image = NULL;

	if (vips_thumbnail_buffer((void *)bytes, size, &image, w->wish->side, "height",
		    w->wish->side, "size", w->wish->how, "intent", VIPS_INTENT_RELATIVE,
		    "fail_on",
		    w->strict ? VIPS_FAIL_ON_WARNING : VIPS_FAIL_ON_TRUNCATED,
		    "option_string",
		    w->strict ? "[fail_on=warning]" : "[fail_on=truncated]",
		    w->profile ? "export_profile" : NULL, "srgb", NULL) == 0)
		return image;
	return NULL;
}

/* What ink leaves of the light, and black of that: what browsers show of CMYK without
 * a profile. */
static bool
inks_to_light(VipsImage **image)
{
	VipsImage *light = NULL, *inks = NULL, *black = NULL, *mixed = NULL, *made;

	bool good = vips_linear1(*image, &light, -1.0 / 255, 1, NULL) == 0 &&
		    vips_extract_band(light, &inks, 0, "n", 3, NULL) == 0 &&
		    vips_extract_band(light, &black, 3, NULL) == 0 &&
		    vips_multiply(inks, black, &mixed, NULL) == 0 &&
		    vips_linear(mixed, &made, (double[]){255}, (double[]){.5}, 1,
			    "uchar", TRUE, NULL) == 0;
	g_clear_object(&light);
	g_clear_object(&inks);
	g_clear_object(&black);
	g_clear_object(&mixed);
	return decode_becomes(image, good ? 0 : -1, good ? made : NULL);
}

static bool
by_profile(VipsImage **image)
{
	VipsImage *made = NULL;
	int failed = vips_icc_transform(*image, &made, "srgb", "embedded", TRUE,
		"intent", VIPS_INTENT_RELATIVE, NULL);

	return decode_becomes(image, failed, made);
}

/*
 * Only a JPEG has inks. Colours first, since vips_thumbnail() shifts them; so the
 * decoder shrinks as far as the result stays clearly larger than what is wanted.
 */
static VipsImage *
from_inks(const void *bytes, size_t size, const struct way *w,
	const struct image_header *h)
{
	int64_t longer = h->width > h->height ? h->width : h->height;
	int shrink = 1;
	VipsImage *image = NULL, *made = NULL;

	while (shrink < 8 && longer >= INT64_C(4) * shrink * w->wish->side)
		shrink *= 2;
	if (vips_jpegload_buffer((void *)bytes, size, &image, "shrink", shrink,
		    "access", VIPS_ACCESS_SEQUENTIAL, "fail_on",
		    w->strict ? VIPS_FAIL_ON_WARNING : VIPS_FAIL_ON_TRUNCATED,
		    NULL) != 0)
		return NULL;
	if (!(w->profile ? by_profile(&image) : inks_to_light(&image)))
		return NULL;
	int failed = vips_copy(
		image, &made, "interpretation", VIPS_INTERPRETATION_sRGB, NULL);
	if (!decode_becomes(&image, failed, made))
		return NULL;
	failed = vips_thumbnail_image(image, &made, w->wish->side, "height",
		w->wish->side, "size", w->wish->how, NULL);
	return decode_becomes(&image, failed, made) ? image : NULL;
}

/* The wanted part of what has been made smaller as a whole. */
static bool
cut(VipsImage **image, const struct way *w)
{
	const struct decode_part *p = &w->wish->part;
	double across = (double)vips_image_get_width(*image) / (double)w->width,
	       down = (double)vips_image_get_height(*image) / (double)w->height;
	VipsImage *made = NULL;

	if (p->width == 0)
		return true;
	int left = (int)((double)p->x * across), top = (int)((double)p->y * down),
	    width = (int)((double)p->width * across + .5),
	    height = (int)((double)p->height * down + .5);
	width = VIPS_CLIP(1, width, vips_image_get_width(*image) - left);
	height = VIPS_CLIP(1, height, vips_image_get_height(*image) - top);
	int failed = vips_extract_area(*image, &made, left, top, width, height, NULL);
	return decode_becomes(image, failed, made);
}

/* What is said beside the pixels goes: libvips' saver of WebP keeps Exif even where it
 * is told to strip. The image is nobody else's. */
static void
forget(VipsImage *image)
{
	char **names = vips_image_get_fields(image);

	for (char **name = names; name != NULL && *name != NULL; name++)
		if (vips_image_get_typeof(image, *name) != 0)
			vips_image_remove(image, *name);
	g_strfreev(names);
}

/* One try: 8-bit sRGB in memory, or NULL. The pixels are only computed here. */
static VipsImage *
try_to_decode(const void *bytes, size_t size, const struct way *w,
	const struct image_header *h)
{
	VipsImage *image =
		w->inks ? from_inks(bytes, size, w, h) : shrunk(bytes, size, w);
	VipsImage *kept;

	if (image == NULL || !plain(&image, w->wish->alpha) || !cut(&image, w))
		return NULL;
	kept = vips_image_copy_memory(image);
	g_object_unref(image);
	if (kept != NULL)
		forget(kept);
	return kept;
}

static void
upright(VipsImage *header, int64_t *width, int64_t *height)
{
	bool turned = vips_image_get_orientation_swap(header);

	*width = turned ? vips_image_get_height(header) : vips_image_get_width(header);
	*height = turned ? vips_image_get_width(header) : vips_image_get_height(header);
}

/* A profile that fails in the end is left out, as browsers do. */
static VipsImage *
decode_lean(const void *bytes, size_t size, const struct decode_wish *wish,
	const struct image_header *h)
{
	VipsImage *header = vips_image_new_from_buffer(bytes, size, "", NULL);
	VipsImage *image = NULL;

	if (header == NULL)
		return NULL;
	struct way w = {.wish = wish,
		.inks = vips_image_get_interpretation(header) ==
			VIPS_INTERPRETATION_CMYK,
		.profile = has_profile(header),
		.strict = true};
	upright(header, &w.width, &w.height);
	g_object_unref(header);
	for (bool again = true; image == NULL && again;) {
		vips_error_clear();
		image = try_to_decode(bytes, size, &w, h);
		again = image == NULL && ((w.strict && is_harmless()) || w.profile);
		if (w.strict && is_harmless())
			w.strict = false;
		else
			w.profile = false;
	}
	return image;
}

VipsImage *
decode(const void *bytes, size_t size, const struct decode_wish *wish,
	const struct image_header *h)
{
	void *lean = h->format == IMAGE_PNG ? lean_png(bytes, &size) : NULL;
	VipsImage *image = decode_lean(lean == NULL ? bytes : lean, size, wish, h);

	free(lean); /* the pixels are in memory */
	return image;
}

bool
decode_size(const void *bytes, size_t size, int64_t *width, int64_t *height)
{
	VipsImage *header = vips_image_new_from_buffer(bytes, size, "", NULL);

	if (header == NULL)
		return false;
	upright(header, width, height);
	g_object_unref(header);
	return true;
}
