#ifndef PROGRAMME_TASK_H
#define PROGRAMME_TASK_H

#include <stdbool.h>

#include "base/ctx.h"

/*
 * Tasks and their pictures: docs/programme.md. The caller's transaction; `out` gets the
 * task as JSON. The picture is written before the row, under a name of the server's, so
 * that it can be read as soon as the answer is there; a transaction that is undone
 * leaves a file that nobody names. E_TASK_EXISTS, E_TASK_NOT_FOUND, and the errors of
 * image/picture.h.
 */
enum err task_add(struct ctx *c, const char *title, const void *picture, size_t size,
	const char **out);

/* Both are replaced; the very picture that is there already keeps its address.
 * E_TASK_NOT_FOUND, E_TASK_EXISTS. */
enum err task_change(struct ctx *c, const char *id, const char *title,
	const void *picture, size_t size, const char **out);

/* Archives, or brings back. E_TASK_NOT_FOUND. */
enum err task_toggle(struct ctx *c, const char *id, const char **out);

#endif
