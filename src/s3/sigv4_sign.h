#ifndef SIGV4_SIGN_H
#define SIGV4_SIGN_H

#include "s3/sigv4.h"

/* What making and checking signatures of version 4 share. */
#define SIGV4_ALGORITHM "AWS4-HMAC-SHA256"
#define SIGV4_KEY_BYTES 32

/* What is signed beside the request. */
struct sigv4_scope {
	const char *date, *headers, *payload;
	const char *skip; /* query parameter that is not signed, or NULL */
};

/* The signing key of a day (the first eight characters of date) and key->region. */
void sigv4_key(struct arena *a, const struct s3_key *key, const char *date,
	unsigned char out[SIGV4_KEY_BYTES]);

/* HMAC-SHA256 of a text as 64 lower-case digits. */
char *sigv4_digits(
	struct arena *a, const unsigned char key[SIGV4_KEY_BYTES], const char *text);

/* The 64 digits for a request. */
char *sigv4_sign(struct arena *a, const struct s3_key *key, const struct s3_request *q,
	const struct sigv4_scope *s);

#endif
