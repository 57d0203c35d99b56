#ifndef FLAW_H
#define FLAW_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct ctx;

/* What may be wrong with one piece of input. The words for it are the face's. */
enum flaw_kind {
	FLAW_MISSING, /* required, but absent */
	FLAW_NULL,    /* required, but null */
	FLAW_EXTRA,   /* a key that nobody asked for */
	FLAW_TYPE,    /* expected says which type it should have */
	FLAW_SHORT,   /* fewer characters than limit */
	FLAW_LONG,    /* more characters than limit */
	FLAW_SMALL,   /* a number below limit */
	FLAW_LARGE,   /* a number above limit */
	FLAW_FORM,   /* not of the form that expected names: "uuid", "email", "utf-8" */
	FLAW_CHOICE, /* not one of the words in expected */
	FLAW_MANY,   /* more members and items than limit */
	FLAW_SURROGATE, /* half of a surrogate pair; limit is the byte where it stands
			 */
	FLAW_SYNTAX,    /* not JSON at all; limit is the byte where reading stopped */
	FLAW_NOT_OBJECT /* JSON, but not an object */
};

struct flaw {
	struct flaw *next;
	const char *place; /* "body", "query", "path" or "header" */
	const char *field; /* NULL: the place as a whole */
	enum flaw_kind kind;
	const char *expected; /* see enum flaw_kind */
	const char *got;      /* FLAW_TYPE: the type of JSON that came; NULL: text */
	int64_t limit;
	const char *words; /* a sentence of its own (a rule's), or NULL */
};

/* An answer lists so many flaws and says how many more there are: whoever sends a body
 * of nothing but flaws gets no answer that is longer, and costs no more, than that. */
#define FLAWS_MOST 100

/*
 * Adds one flaw behind those already found and notes E_INPUT with a sentence that names
 * the field. Returns E_INPUT. The texts must live as long as the ctx. Behind the first
 * FLAWS_MOST they are counted only.
 */
enum err flaw_add(struct ctx *c, struct flaw flaw);

/* The flaws that are not in the list. */
size_t flaws_left_out(const struct ctx *c);

/* The English sentence for a flaw without its place: "must have at most 255
 * characters". */
const char *flaw_sentence(struct ctx *c, const struct flaw *flaw);

#endif
