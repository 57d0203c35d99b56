#ifndef SIGN_H
#define SIGN_H

#include <stdbool.h>

#include "base/ctx.h"

/*
 * Signatures of addresses that are good for a while: HMAC-SHA256 under token.secret
 * over what it is for, the path and the second at which it ends, as hexadecimal digits.
 * One made under any of the keys holds, so a key can be replaced.
 */
const char *sign_path(
	struct ctx *c, const char *purpose, const char *path, int64_t expires);

/* Is `given` the signature of that, and has it not ended? Both may be NULL: false. */
bool sign_holds(struct ctx *c, const char *purpose, const char *path,
	const char *expires, const char *given);

#endif
