#ifndef IMAGE_OPERATION_H
#define IMAGE_OPERATION_H

#include <stdbool.h>

#include "image/wire.h"

/* Descriptors of what a card is made of; `input` is then a struct card_spec. */
enum { OPERATION_BACKGROUND = 2, OPERATION_FONTS = 3 };

/*
 * Does what a request asks with the picture in `input` and writes result and outputs to
 * `result`: the whole life of the process that opens one picture, from the sandbox to
 * its exit status (0: there is a result). Does not return.
 */
_Noreturn void operation_run(const struct image_request *q, int input, int result);

/* Does the request make sense? */
bool operation_valid(const struct image_request *q);

#endif
