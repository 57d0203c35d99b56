#ifndef FUZZ_H
#define FUZZ_H

/* Each target is libFuzzer's one function over one reader of outside input. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/ctx.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
