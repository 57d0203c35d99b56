#ifndef ARENA_H
#define ARENA_H

#include <stdarg.h>
#include <stddef.h>

/*
 * Memory of one unit of work. Everything taken from an arena is given back at once by
 * arena_end(); nothing is freed by itself. None of the functions fails: without memory
 * the process ends (its parent starts another).
 */
struct arena_chunk;
struct arena_defer;

struct arena {
	struct arena_chunk *chunk;
	struct arena_defer *defers;
};

/* Zeroed memory, aligned for any type. */
void *arena_new(struct arena *a, size_t size);

/* A copy of a string, or of its first n bytes with a NUL behind them. NULL stays NULL.
 */
char *arena_str(struct arena *a, const char *s);
char *arena_strn(struct arena *a, const char *s, size_t n);

/* A formatted string. */
char *arena_fmt(struct arena *a, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
char *arena_vfmt(struct arena *a, const char *format, va_list args)
	__attribute__((format(printf, 2, 0)));

/* Calls fn(thing) when the arena ends, last in first out. */
void arena_defer(struct arena *a, void (*fn)(void *), void *thing);

/* Runs what was deferred and gives all memory back; the arena may be used again. */
void arena_end(struct arena *a);

#endif
