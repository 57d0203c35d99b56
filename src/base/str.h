#ifndef STR_H
#define STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

/* Equal? NULL equals only NULL. */
bool str_eq(const char *a, const char *b);
bool str_starts(const char *s, const char *prefix);

/* Equal, in a time that does not depend on where they differ. For secrets. */
bool str_same_secret(const char *a, const char *b);

/* s without white space at both ends. */
char *str_trim(struct arena *a, const char *s);

/* Is `word` one of the blank-separated words of `list`? */
bool str_in(const char *word, const char *list);

/* Number of characters (code points) of UTF-8 text, -1 if it is not valid UTF-8. */
int64_t utf8_count(const char *s);
bool utf8_valid(const char *s, size_t n);

/* The code point at *s, which must be valid UTF-8, and moves *s behind it. 0 at the
 * end. */
uint32_t utf8_next(const char **s);

/* Is valid UTF-8 text free of control characters (below U+0020, U+007F to U+009F)? */
bool utf8_plain(const char *s);

/* Appends one code point; out has room for 5 bytes. Returns the number of bytes before
 * the NUL. */
size_t utf8_put(char *out, uint32_t code);

/* Is it 8-4-4-4-12 hexadecimal digits? uuid_read() also takes the 32 digits and
 * capitals and gives the usual form, or NULL. */
bool uuid_valid(const char *s);
char *uuid_read(struct arena *a, const char *s);

/*
 * Percent decoding that never fails: a stray % stays a literal %, plus is a blank if
 * plus_blank. What it gives may be no UTF-8 and contains no NUL (%00 stays as it was
 * written).
 */
char *percent_decode(struct arena *a, const char *s, size_t n, bool plus_blank);

/* Percent encoding of all but the unreserved characters of RFC 3986; '/' is kept if
 * keep_slash. */
char *percent_encode(struct arena *a, const char *s, bool keep_slash);

/* Lower-case hexadecimal digits of n bytes. */
char *hex_text(struct arena *a, const void *bytes, size_t n);

/* Reads a whole decimal number. False if it is not one or does not fit. */
bool int_read(const char *s, int64_t *out);

#endif
