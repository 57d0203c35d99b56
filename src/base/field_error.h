#ifndef FIELD_ERROR_H
#define FIELD_ERROR_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct ctx;

/* What may be wrong with one piece of input. The words for it are the face's. */
enum field_error_kind {
	FIELD_ERROR_MISSING,   /* required, but absent */
	FIELD_ERROR_NULL,      /* required, but null */
	FIELD_ERROR_EXTRA,     /* a key that nobody asked for */
	FIELD_ERROR_TYPE,      /* expected says which type it should have */
	FIELD_ERROR_SHORT,     /* fewer characters than limit */
	FIELD_ERROR_LONG,      /* more characters than limit */
	FIELD_ERROR_SMALL,     /* a number below limit */
	FIELD_ERROR_LARGE,     /* a number above limit */
	FIELD_ERROR_FORM,      /* not of the form in expected: "uuid", "utf-8", ... */
	FIELD_ERROR_CHOICE,    /* not one of the words in expected */
	FIELD_ERROR_MANY,      /* more members and items than limit */
	FIELD_ERROR_SURROGATE, /* half of a surrogate pair, at byte limit */
	FIELD_ERROR_SYNTAX,    /* not JSON at all, from byte limit on */
	FIELD_ERROR_NOT_OBJECT /* JSON, but not an object */
};

struct field_error {
	struct field_error *next;
	const char *place; /* "body", "query", "path" or "header" */
	const char *field; /* NULL: the place as a whole */
	enum field_error_kind kind;
	const char *expected; /* see enum field_error_kind */
	const char *got; /* FIELD_ERROR_TYPE: the type of JSON that came; NULL: text */
	int64_t limit;
	const char *words; /* a sentence of its own (a rule's), or NULL */
};

/* An answer lists so many field errors and says how many more there are: whoever sends
 * a body of nothing but field errors gets no answer that is longer, and costs no more,
 * than that. */
#define FIELD_ERRORS_MOST 100

/*
 * Adds one field error behind those already found and notes E_INPUT with a sentence
 * that names the field. Returns E_INPUT. The texts must live as long as the ctx. Behind
 * the first FIELD_ERRORS_MOST they are counted only.
 */
enum err field_error_add(struct ctx *c, struct field_error field_error);

/* The field errors that are not in the list. */
size_t field_errors_left_out(const struct ctx *c);

/* The English sentence for a field error without its place: "must have at most 255
 * characters". */
const char *field_error_sentence(struct ctx *c, const struct field_error *field_error);

#endif
