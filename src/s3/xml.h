#ifndef XML_H
#define XML_H

#include <stdbool.h>
#include <stddef.h>

#include "base/ctx.h"

/*
 * Reads the small XML documents that clients of S3 send, piece of text by piece of
 * text. Namespaces, attributes and the declaration are passed over; a DOCTYPE, a CDATA
 * section and elements that do not fit together are refused.
 */
#define XML_DEEPEST 4

struct xml {
	struct ctx *c;
	const char *at;                /* what is still to be read */
	const char *open[XML_DEEPEST]; /* names of the elements around the text */
	int depth;
	const char *text; /* the piece itself, references not replaced, n bytes */
	size_t n;
};

/* Begins; text must live as long as the ctx. E_S3_XML: not UTF-8. */
enum err xml_open(struct xml *x, struct ctx *c, const char *text);

/*
 * Goes to the next piece of text, which may be empty. *more is false at the end.
 * E_S3_XML: not well formed, deeper than XML_DEEPEST.
 */
enum err xml_next(struct xml *x, bool *more);

/* Is the piece inside exactly these elements, from the outermost? NULL ends the names.
 */
bool xml_inside(const struct xml *x, const char *const *names);

/* May the text stand in a document of XML 1.0? Not with most control characters,
 * however they are written. It must be UTF-8. */
bool xml_can_hold(const char *text);

/* The piece with its references replaced. E_S3_XML: one that nobody knows. */
enum err xml_value(const struct xml *x, const char **out);

#endif
