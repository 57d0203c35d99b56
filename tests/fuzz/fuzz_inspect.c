/* Headers of pictures: nothing is read beyond the end, and what may be decoded is
 * within its limits, also without what a PNG does not need. */
#include <stdlib.h>

#include "image/inspect.h"
#include "image/lean.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct image_header h;

	if (image_inspect(data, size, &h) != IMAGE_OK)
		return 0;
	if (h.format == IMAGE_NO_FORMAT || h.width < 1 || h.height < 1 ||
		h.width * h.height > IMAGE_MAX_PIXELS || h.held < 0 || h.raw < 0 ||
		h.held > IMAGE_MAX_HELD || h.scans > IMAGE_MAX_SCANS)
		abort();
	if (h.format == IMAGE_PNG) {
		void *lean = lean_png(data, &size);

		if (lean != NULL && image_inspect(lean, size, &h) != IMAGE_OK)
			abort();
		free(lean);
	}
	return 0;
}
