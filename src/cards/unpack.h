#ifndef CARDS_UNPACK_H
#define CARDS_UNPACK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/ctx.h"

/*
 * Artefacts (cards/artefact.h) out of a zip archive that is not to be trusted. All of
 * it is judged before the first file is taken: a path that leaves the tree, a link, a
 * password, too many entries, more bytes than announced or more than may be, and it is
 * refused as a whole. A leading artifacts/ is dropped; what is none of the tree's files
 * is left out.
 */
#define UNPACK_ENTRIES 1000
#define UNPACK_BYTES ((size_t)256 << 20) /* of all entries, unpacked */

/* Is it a path of the tree, card/background_image/card_ROLE.png, card/layout/ROLE.json
 * or card/font/NAME.ttf? *most: bytes that such a file may have. */
bool artefact_path_valid(const char *path, size_t *most);

/* What is done with each file; an error ends it. The bytes are good until it returns.
 */
typedef enum err unpack_take(
	struct ctx *c, void *whose, const char *path, const void *bytes, size_t size);

/* E_INPUT: no archive, or refused, with the reason; and whatever `take` returns. */
enum err unpack(struct ctx *c, int fd, unpack_take *take, void *whose);

#endif
