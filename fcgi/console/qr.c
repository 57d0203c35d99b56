/* QR codes for the camera of a phone, as pictures in SVG. */
#include <qrencode.h>

#include "console/console.h"

#define QUIET_ZONE 4 /* modules of white around it */

enum err
console_qr(struct ctx *c, const char *text, const char **svg)
{
	QRcode *code = QRcode_encodeString(text, 0, QR_ECLEVEL_M, QR_MODE_8, 1);
	struct buf out = {.arena = &c->arena};

	*svg = "";
	if (code == NULL)
		return fail(c, E_BUG, "no QR code of a text");
	int side = code->width + 2 * QUIET_ZONE;
	buf_fmt(&out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" "
		"shape-rendering=\"crispEdges\"><path fill=\"#fff\" "
		"d=\"M0 0h%dv%dH0z\"/><path d=\"",
		side, side, side, side);
	/* Black modules, all of one path. */
	for (int y = 0; y < code->width; y++)
		for (int x = 0; x < code->width; x++)
			if ((code->data[y * code->width + x] & 1) != 0)
				buf_fmt(&out, "M%d %dh1v1h-1z", x + QUIET_ZONE,
					y + QUIET_ZONE);
	buf_add(&out, "\"/></svg>");
	QRcode_free(code);
	*svg = buf_text(&out);
	return OK;
}
