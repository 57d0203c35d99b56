#ifndef MULTIPART_H
#define MULTIPART_H

#include "req.h"

/* One field of a multipart/form-data body (RFC 7578). */
struct part {
	const char *name;
	const char *filename; /* as the client named it, never a path to use; NULL if
				 none */
	const char *type;     /* as the client says; NULL if it does not */
	const char *bytes;    /* not NUL-terminated; lives as long as the ctx */
	size_t size;
};

/* More fields than this are refused. */
#define MAX_PARTS 64

/*
 * Splits a body into its parts; nothing is copied but names. E_INPUT with a field error
 * at "body" for what is no multipart/form-data of this boundary, or has too many parts.
 */
enum err multipart_split(struct ctx *c, const char *content_type, const char *body,
	size_t size, struct part **out, size_t *count);

/*
 * The parts of a request whose body nginx keeps in a file. The file is mapped, not
 * read into memory, and stays nginx's to remove.
 */
enum err req_parts(struct req *r, struct part **out, size_t *count);

#endif
