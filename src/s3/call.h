#ifndef CALL_H
#define CALL_H

#include "net/http.h"
#include "s3/client.h"

/* For src/s3/client*.c only: one call to an S3 server. */
struct s3_call {
	struct ctx *c;
	const struct s3_object *o;
	const char *method;
	const struct pair *extra;
	size_t extras;
	const char *body; /* sent with PUT and POST; NULL: none */
	size_t body_size; /* 0: up to its NUL */
	const char *type; /* of the body; NULL: none is said */
	size_t most;      /* bytes of the answer; 0: as many as a page of a list has */
	struct http_body answer;
	long status;
	struct s3_state state;
};

/* A handle with the address and all that calls have in common; gone with the ctx. */
CURL *s3_handle(struct s3_call *k);

/* Header lines of an answer; for CURLOPT_HEADERFUNCTION with a struct s3_call. */
size_t s3_take_header(char *line, size_t size, size_t n, void *call);

/* Runs the call; any answer but 5xx is OK. */
enum err s3_run(struct s3_call *k);

/* 2xx is OK, and 404 if `absent`. E_PEER. */
enum err s3_check_answer(struct s3_call *k, bool absent);

#endif
