#include "image/card_draw.h"

#include <math.h>
#include <qrencode.h>
#include <stdlib.h>
#include <string.h>
#include <vips/vips.h>

#define JPEG_QUALITY 95
#define PREVIEW_QUALITY 88
#define PNG_EFFORT 1 /* more: a tenth of the bytes less in twice the time */
#define QUIET 4      /* modules around a QR code */

static void
fill(const struct card_canvas *to, int x, int y, int side, struct card_colour colour)
{
	for (int row = y < 0 ? 0 : y; row < y + side && row < to->height; row++)
		for (int column = x < 0 ? 0 : x;
			column < x + side && column < to->width; column++) {
			unsigned char *p =
				to->pixels + 3 * ((size_t)row * to->width + column);

			p[0] = colour.red;
			p[1] = colour.green;
			p[2] = colour.blue;
		}
}

/* Whole pixels a module, so that print has sharp edges; what is left over is plate. */
static bool
draw_qr(const struct card_canvas *to, const struct card_qr *qr)
{
	QRcode *code = QRcode_encodeString(qr->link, 0, QR_ECLEVEL_Q, QR_MODE_8, 1);

	if (code == NULL)
		return false;
	int step = qr->size / (code->width + 2 * QUIET),
	    edge = (qr->size - step * code->width) / 2;
	if (step > 0)
		fill(to, qr->x, qr->y, qr->size, qr->plate);
	for (int i = 0; step > 0 && i < code->width * code->width; i++)
		if ((code->data[i] & 1) != 0)
			fill(to, qr->x + edge + i % code->width * step,
				qr->y + edge + i / code->width * step, step,
				qr->colour);
	QRcode_free(code);
	return step > 0;
}

/* Adds `share` of a row of pixels to the sums. */
static void
add_row(float *sums, const unsigned char *row, size_t n, float share)
{
	for (size_t i = 0; i < n; i++)
		sums[i] += (float)row[i] * share;
}

/* One row of the smaller picture from the sums of the rows that it covers. */
static void
squeeze(unsigned char *out, int width, const float *sums, int from, double rows)
{
	double step = (double)from / width;

	for (int x = 0; x < width; x++) {
		double begin = x * step, end = (x + 1) * step, sum[3] = {0};

		for (int at = (int)begin; at < end && at < from; at++) {
			double share = fmin(at + 1, end) - fmax(at, begin);

			for (int band = 0; band < 3; band++)
				sum[band] += share * (double)sums[3 * at + band];
		}
		for (int band = 0; band < 3; band++)
			out[3 * x + band] = (unsigned char)(fmin(
				sum[band] / (step * rows) + .5, 255));
	}
}

/*
 * Each pixel the mean of those that it covers: the caller's to free(), NULL without
 * memory. A tenth of the time of libvips, which has no vector code in the sandbox.
 */
static unsigned char *
shrink(const struct card_canvas *from, int width, int height)
{
	size_t row = (size_t)from->width * 3;
	float *sums = malloc(row * sizeof(*sums));
	unsigned char *out = malloc((size_t)width * (size_t)height * 3);
	double step = (double)from->height / height;

	for (int y = 0; sums != NULL && out != NULL && y < height; y++) {
		double begin = y * step, end = (y + 1) * step;

		memset(sums, 0, row * sizeof(*sums));
		for (int at = (int)begin; at < end && at < from->height; at++)
			add_row(sums, from->pixels + (size_t)at * row, row,
				(float)(fmin(at + 1, end) - fmax(at, begin)));
		squeeze(out + (size_t)y * (size_t)width * 3, width, sums, from->width,
			step);
	}
	free(sums);
	return out;
}

/* libvips' view of pixels, which stay the caller's; NULL if that fails. */
static VipsImage *
image_of(const unsigned char *pixels, int width, int height)
{
	VipsImage *bare =
		vips_image_new_from_memory(pixels, (size_t)width * (size_t)height * 3,
			width, height, 3, VIPS_FORMAT_UCHAR);
	VipsImage *image = NULL;

	if (bare != NULL && vips_copy(bare, &image, "interpretation",
				    VIPS_INTERPRETATION_sRGB, NULL) != 0)
		image = NULL;
	g_clear_object(&bare);
	return image;
}

/* The previews: no wider than asked, and never enlarged. */
static bool
save_small(const struct card_canvas *from, int width, struct image_bytes *jpeg,
	struct image_bytes *webp)
{
	int to = width < from->width ? width : from->width,
	    rows = (int)lround((double)from->height * to / from->width),
	    height = rows < 1 ? 1 : rows;
	unsigned char *pixels = shrink(from, to, height);
	VipsImage *image = pixels == NULL ? NULL : image_of(pixels, to, height);

	bool good = image != NULL &&
		    vips_jpegsave_buffer(image, &jpeg->bytes, &jpeg->size, "Q",
			    PREVIEW_QUALITY, "strip", TRUE, NULL) == 0 &&
		    vips_webpsave_buffer(image, &webp->bytes, &webp->size, "Q",
			    PREVIEW_QUALITY, "effort", 2, "strip", TRUE, NULL) == 0;
	g_clear_object(&image);
	free(pixels);
	return good;
}

static bool
save(const struct card_canvas *from, int preview, struct image_bytes out[CARD_FILES])
{
	VipsImage *image = image_of(from->pixels, from->width, from->height);
	struct image_bytes *png = &out[CARD_PNG], *jpeg = &out[CARD_JPEG];

	bool good = image != NULL &&
		    vips_pngsave_buffer(image, &png->bytes, &png->size, "compression",
			    PNG_EFFORT, "filter", VIPS_FOREIGN_PNG_FILTER_SUB, "strip",
			    TRUE, NULL) == 0 &&
		    vips_jpegsave_buffer(image, &jpeg->bytes, &jpeg->size, "Q",
			    JPEG_QUALITY, "strip", TRUE, NULL) == 0 &&
		    save_small(from, preview, &out[CARD_PREVIEW_JPEG],
			    &out[CARD_PREVIEW_WEBP]);
	g_clear_object(&image);
	vips_error_clear();
	return good;
}

/* Is it a spec of this build, and does the background have its pixels? */
static bool
fits(const struct card_spec *s, size_t size, const struct card_parts *parts)
{
	if (size != sizeof(*s) || s->width < 1 || s->height < 1 || s->width > 8192 ||
		s->height > 8192 || s->texts > CARD_TEXTS ||
		memchr(s->qr.link, '\0', CARD_LINK_BYTES) == NULL ||
		memchr(s->stamp, '\0', sizeof(s->stamp)) == NULL)
		return false;
	for (uint32_t i = 0; i < s->texts; i++)
		if (memchr(s->text[i].text, '\0', CARD_TEXT_BYTES) == NULL ||
			memchr(s->text[i].plain, '\0', CARD_TEXT_BYTES) == NULL ||
			s->text[i].size < 1 || s->text[i].size > 2000)
			return false;
	return s->pixels <= parts->background_size &&
	       (size_t)s->width * (size_t)s->height * 3 <=
		       parts->background_size - s->pixels;
}

enum image_verdict
card_draw(const void *bytes, size_t size, const struct card_parts *parts, int preview,
	struct image_bytes out[CARD_FILES])
{
	const struct card_spec *s = bytes;

	memset(out, 0, CARD_FILES * sizeof(*out));
	if (!fits(s, size, parts))
		return IMAGE_DAMAGED;
	struct card_type *type = card_type_open(parts->fonts, parts->fonts_size);
	struct card_canvas canvas = {
		parts->background + s->pixels, s->width, s->height};
	bool good = type != NULL;
	for (uint32_t i = 0; good && i < s->texts; i++)
		good = card_type_set(type, &canvas, &s->text[i]);
	if (good && s->qr.link[0] != '\0')
		good = draw_qr(&canvas, &s->qr);
	if (good && s->stamp[0] != '\0')
		good = card_type_stamp(type, &canvas, s->stamp);
	return good && save(&canvas, preview, out) ? IMAGE_OK : IMAGE_DAMAGED;
}
