#include "base/arena.h"

#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Most requests fit one chunk; larger wishes get a chunk of their own. */
#define CHUNK_BYTES ((size_t)16384)

struct arena_chunk {
	struct arena_chunk *next;
	size_t used, size;
	alignas(max_align_t) char bytes[];
};

struct arena_defer {
	struct arena_defer *next;
	void (*fn)(void *);
	void *thing;
};

static struct arena_chunk *
chunk_new(size_t size)
{
	struct arena_chunk *k = malloc(sizeof(*k) + size);

	if (k == NULL) {
		fputs("<2>out of memory\n", stderr);
		abort();
	}
	k->next = NULL;
	k->used = 0;
	k->size = size;
	return k;
}

void *
arena_new(struct arena *a, size_t size)
{
	const size_t align = alignof(max_align_t);
	size_t need = (size + align - 1) / align * align;
	struct arena_chunk *k = a->chunk;

	if (k == NULL || k->size - k->used < need) {
		k = chunk_new(need > CHUNK_BYTES ? need : CHUNK_BYTES);
		k->next = a->chunk;
		a->chunk = k;
	}
	void *p = k->bytes + k->used;
	k->used += need;
	return memset(p, 0, need);
}

char *
arena_strn(struct arena *a, const char *s, size_t n)
{
	char *copy = arena_new(a, n + 1);

	return n == 0 ? copy : memcpy(copy, s, n);
}

char *
arena_str(struct arena *a, const char *s)
{
	return s == NULL ? NULL : arena_strn(a, s, strlen(s));
}

char *
arena_vfmt(struct arena *a, const char *format, va_list args)
{
	va_list again;

	va_copy(again, args);
	int n = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (n < 0)
		return arena_str(a, "");

	char *s = arena_new(a, (size_t)n + 1);
	vsnprintf(s, (size_t)n + 1, format, args);
	return s;
}

char *
arena_fmt(struct arena *a, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	char *s = arena_vfmt(a, format, args);
	va_end(args);
	return s;
}

void
arena_defer(struct arena *a, void (*fn)(void *), void *thing)
{
	struct arena_defer *d = arena_new(a, sizeof(*d));

	*d = (struct arena_defer){a->defers, fn, thing};
	a->defers = d;
}

void
arena_end(struct arena *a)
{
	for (struct arena_defer *d = a->defers; d != NULL; d = d->next)
		d->fn(d->thing);

	for (struct arena_chunk *k = a->chunk, *next; k != NULL; k = next) {
		next = k->next;
		free(k);
	}
	*a = (struct arena){0};
}
