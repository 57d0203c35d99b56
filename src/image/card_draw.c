#include "image/card_draw.h"

#include <qrencode.h>
#include <string.h>
#include <vips/vips.h>

#define JPEG_QUALITY 95
#define PREVIEW_QUALITY 88
#define PNG_EFFORT                                                                     \
	2       /* of zlib: what more saves a tenth of the bytes in thrice the time */
#define QUIET 4 /* modules around a QR code */

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

static bool
small(VipsImage *image, int width, struct image_bytes out[CARD_FILES])
{
	VipsImage *shrunk = NULL, *kept = NULL;
	struct image_bytes *jpeg = &out[CARD_PREVIEW_JPEG],
			   *webp = &out[CARD_PREVIEW_WEBP];

	bool good = vips_thumbnail_image(image, &shrunk, width, "size", VIPS_SIZE_DOWN,
			    "height", 10 * width, NULL) == 0 &&
		    (kept = vips_image_copy_memory(shrunk)) != NULL &&
		    vips_jpegsave_buffer(kept, &jpeg->bytes, &jpeg->size, "Q",
			    PREVIEW_QUALITY, "strip", TRUE, NULL) == 0 &&
		    vips_webpsave_buffer(kept, &webp->bytes, &webp->size, "Q",
			    PREVIEW_QUALITY, "effort", 2, "strip", TRUE, NULL) == 0;
	g_clear_object(&shrunk);
	g_clear_object(&kept);
	return good;
}

static bool
save(const struct card_canvas *from, int preview, struct image_bytes out[CARD_FILES])
{
	size_t size = (size_t)from->width * (size_t)from->height * 3;
	VipsImage *bare = vips_image_new_from_memory(
		from->pixels, size, from->width, from->height, 3, VIPS_FORMAT_UCHAR);
	VipsImage *image = NULL;
	struct image_bytes *png = &out[CARD_PNG], *jpeg = &out[CARD_JPEG];

	bool good = bare != NULL &&
		    vips_copy(bare, &image, "interpretation", VIPS_INTERPRETATION_sRGB,
			    NULL) == 0 &&
		    vips_pngsave_buffer(image, &png->bytes, &png->size, "compression",
			    PNG_EFFORT, "filter", VIPS_FOREIGN_PNG_FILTER_SUB, "strip",
			    TRUE, NULL) == 0 &&
		    vips_jpegsave_buffer(image, &jpeg->bytes, &jpeg->size, "Q",
			    JPEG_QUALITY, "strip", TRUE, NULL) == 0 &&
		    small(image, preview, out);
	g_clear_object(&image);
	g_clear_object(&bare);
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
