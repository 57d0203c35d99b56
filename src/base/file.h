#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <sys/types.h>

#include "base/ctx.h"

/*
 * Whole files. file_put() writes beside the path first and renames: the file appears
 * whole or not at all, and is durable (its folder, too) when this returns. An older
 * file of the name is replaced. E_BUG if it cannot be written; the log says why.
 */
enum err file_put(
	struct ctx *c, const char *path, const void *bytes, size_t size, mode_t mode);

/* The contents, in the ctx's arena. NULL, with errno set, if the file cannot be read;
 * an empty file counts as that (ENODATA). */
const char *file_get(struct ctx *c, const char *path, size_t *size);

#endif
