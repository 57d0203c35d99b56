#include "image/variants.h"

#include <string.h>

#include "image/lean.h"

#define WEBP_QUALITY 80
#define JPEG_QUALITY 85
#define ORIGINAL_QUALITY 90

static int64_t
smaller(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t
larger(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* What its head says; too many pixels say more than a file that is cut off. */
static enum image_verdict
judge(const void *bytes, size_t size, const struct person_wish *wish,
	struct image_header *h)
{
	enum image_verdict v = image_inspect_any(bytes, size, h);

	if (v == IMAGE_UNKNOWN)
		return v;
	if (larger(h->width, h->height) > wish->most ||
		h->width * h->height > wish->pixels)
		return IMAGE_TOO_MANY_PIXELS;
	if (v != IMAGE_OK)
		return v;
	if (smaller(h->width, h->height) < wish->least)
		return IMAGE_TOO_SMALL;
	if (larger(h->width, h->height) > wish->shape * smaller(h->width, h->height))
		return IMAGE_BAD_SHAPE;
	return h->frames > wish->frames ? IMAGE_TOO_LARGE : IMAGE_OK;
}

static bool
is_inside(const struct person_wish *w, const struct image_header *h)
{
	return w->width > 0 && w->height > 0 && w->x >= 0 && w->y >= 0 &&
	       w->x < h->width && w->y < h->height && w->width <= h->width - w->x &&
	       w->height <= h->height - w->y;
}

/* The side of the square that the whole picture is made to fit, so that the shown part
 * has as many pixels as the largest wide and the largest square variant want. */
static int
decoded_side(const struct decode_part *p, const struct image_header *h)
{
	double wide = person_variants[0].side, square = 0, scale;

	for (int i = 0; i < PERSON_VARIANTS; i++)
		if (person_variants[i].square && person_variants[i].side > square)
			square = person_variants[i].side;
	scale = wide / (double)p->width;
	square /= (double)smaller(p->width, p->height);
	scale = square > scale ? square : scale;
	double side = scale * (double)larger(h->width, h->height) + 1;
	return side < (double)larger(h->width, h->height)
		       ? (int)side
		       : (int)larger(h->width, h->height);
}

/* Of a square: where the attention falls, unless somebody has said what to show. */
static VipsImage *
square_of(VipsImage *image, int side, bool said)
{
	VipsImage *made = NULL;

	if (vips_thumbnail_image(image, &made, side, "height", side, "crop",
		    said ? VIPS_INTERESTING_CENTRE : VIPS_INTERESTING_ATTENTION,
		    NULL) != 0)
		return NULL;
	return made;
}

static VipsImage *
width_of(VipsImage *image, int width)
{
	VipsImage *made = NULL;

	if (vips_thumbnail_image(image, &made, width, "height", VIPS_MAX_COORD, "size",
		    VIPS_SIZE_DOWN, NULL) != 0)
		return NULL;
	return made;
}

/* The saver writes Exif of its own even where it is told to strip. */
static bool
save_webp(VipsImage *image, struct variant_file *out)
{
	struct image_bytes whole;

	if (vips_webpsave_buffer(image, &whole.bytes, &whole.size, "Q", WEBP_QUALITY,
		    "strip", TRUE, NULL) != 0)
		return false;
	out->bytes.size = whole.size;
	out->bytes.bytes = lean_webp(whole.bytes, &out->bytes.size);
	render_free(&whole);
	return out->bytes.bytes != NULL;
}

static bool
save_jpeg(VipsImage *image, struct variant_file *out)
{
	VipsImage *opaque = image;

	g_object_ref(opaque);
	if (!decode_on_white(&opaque))
		return false;
	int failed = vips_jpegsave_buffer(opaque, &out->bytes.bytes, &out->bytes.size,
		"Q", JPEG_QUALITY, "strip", TRUE, "optimize_coding", TRUE, "interlace",
		TRUE, "subsample_mode", VIPS_FOREIGN_SUBSAMPLE_ON, NULL);
	g_object_unref(opaque);
	return failed == 0;
}

static bool
save(VipsImage *image, struct variant_file *out)
{
	for (int i = 0; i < PERSON_FORMATS; i++) {
		out[i].width = vips_image_get_width(image);
		out[i].height = vips_image_get_height(image);
	}
	return save_webp(image, &out[0]) && save_jpeg(image, &out[1]);
}

/* Each variant from the one before it of its kind, or from the picture: pixels in
 * memory, so that nothing is computed twice. */
static bool
make_all(VipsImage *image, bool said, struct variant_file *made)
{
	VipsImage *before = NULL;
	bool good = true;

	for (int i = 0; good && i < PERSON_VARIANTS; i++) {
		const struct person_variant *v = &person_variants[i];
		bool first = i == 0 || v->square != person_variants[i - 1].square;
		VipsImage *from = first ? image : before;
		int shorter = (int)smaller(
			vips_image_get_width(from), vips_image_get_height(from));
		VipsImage *next =
			v->square ? square_of(from,
					    v->side < shorter ? v->side : shorter, said)
				  : width_of(from, v->side);
		VipsImage *kept = next == NULL ? NULL : vips_image_copy_memory(next);

		g_clear_object(&next);
		g_clear_object(&before);
		before = kept;
		good = kept != NULL && save(kept, &made[i * PERSON_FORMATS]);
	}
	g_clear_object(&before);
	return good;
}

enum image_verdict
variants_make(const void *bytes, size_t size, const struct person_wish *wish,
	struct variant_file made[PERSON_FILES], struct image_header *out)
{
	bool said = wish->width > 0;
	enum image_verdict v = judge(bytes, size, wish, out);

	memset(made, 0, PERSON_FILES * sizeof(*made));
	if (v != IMAGE_OK)
		return v;
	struct decode_wish d = {.how = VIPS_SIZE_DOWN, .alpha = true};
	if (!decode_size(bytes, size, &out->width, &out->height))
		return IMAGE_DAMAGED;
	if (said && !is_inside(wish, out))
		return IMAGE_CROP_OUTSIDE;
	d.part = (struct decode_part){0, 0, out->width, out->height};
	if (said)
		d.part = (struct decode_part){
			wish->x, wish->y, wish->width, wish->height};
	d.side = decoded_side(&d.part, out);
	VipsImage *image = decode(bytes, size, &d, out);
	bool good = image != NULL && make_all(image, said, made);
	g_clear_object(&image);
	vips_error_clear();
	if (!good)
		variants_free(made);
	return good ? IMAGE_OK : IMAGE_DAMAGED;
}

enum image_verdict
variants_original(const void *bytes, size_t size, const struct person_wish *wish,
	struct variant_file *out)
{
	struct decode_wish d = {.how = VIPS_SIZE_DOWN};
	struct image_header h;
	enum image_verdict v = judge(bytes, size, wish, &h);

	if (v != IMAGE_OK)
		return v;
	if (!decode_size(bytes, size, &h.width, &h.height))
		return IMAGE_DAMAGED;
	d.side = (int)larger(h.width, h.height);
	VipsImage *image = decode(bytes, size, &d, &h);
	/* Line by line: a progressive one would be held in memory as a whole. */
	bool good = image != NULL &&
		    vips_jpegsave_buffer(image, &out->bytes.bytes, &out->bytes.size,
			    "Q", ORIGINAL_QUALITY, "strip", TRUE, NULL) == 0;
	if (good) {
		out->width = vips_image_get_width(image);
		out->height = vips_image_get_height(image);
	}
	g_clear_object(&image);
	vips_error_clear();
	return good ? IMAGE_OK : IMAGE_DAMAGED;
}

void
variants_free(struct variant_file made[PERSON_FILES])
{
	for (int i = 0; i < PERSON_FILES; i++)
		render_free(&made[i].bytes);
}
