#ifndef BUF_H
#define BUF_H

#include <stddef.h>

#include "base/arena.h"

/* Text that grows inside an arena. A zeroed struct with its arena set is an empty one.
 */
struct buf {
	struct arena *arena;
	char *text; /* NUL-terminated, NULL while empty: use buf_text() */
	size_t used, size;
};

void buf_add(struct buf *b, const char *s);
void buf_addn(struct buf *b, const char *s, size_t n);
void buf_fmt(struct buf *b, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Appends a JSON string with its quotes (RFC 8259); NULL becomes null. s must be UTF-8.
 */
void buf_json(struct buf *b, const char *s);

/* Appends text with the five characters of XML and HTML replaced by entities, and a
 * carriage return, which readers of XML would take for a line feed, by a reference. */
void buf_xml(struct buf *b, const char *s);

/* The text, never NULL; good until the next call that adds. */
const char *buf_text(const struct buf *b);

#endif
