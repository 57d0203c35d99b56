#include "base/ctx.h"

#include <stdarg.h>
#include <stddef.h>

struct after {
	struct after *next;
	void (*fn)(struct ctx *, void *);
	void *thing;
};

void
ctx_start(struct ctx *c, struct db *db, struct cache *cache)
{
	*c = (struct ctx){.db = db, .cache = cache, .now = utc_now()};
}

void
ctx_end(struct ctx *c)
{
	arena_end(&c->arena);
}

enum err
fail(struct ctx *c, enum err e, const char *why, ...)
{
	va_list args;

	if (c->err != OK)
		return c->err;
	c->err = e;
	c->why = err_sentence(e);
	if (why != NULL) {
		va_start(args, why);
		c->why = arena_vfmt(&c->arena, why, args);
		va_end(args);
	}
	return e;
}

void
ctx_clear_error(struct ctx *c)
{
	c->err = OK;
	c->why = NULL;
	c->field_errors = c->last_field_error = NULL;
	c->field_error_count = 0;
	c->error_details = NULL;
}

void
error_detail(struct ctx *c, const char *key, int64_t value)
{
	struct error_detail *t = arena_new(&c->arena, sizeof(*t));

	*t = (struct error_detail){c->error_details, key, value};
	c->error_details = t;
}

void
ctx_after_commit(struct ctx *c, void (*fn)(struct ctx *, void *), void *thing)
{
	struct after *a = arena_new(&c->arena, sizeof(*a));

	*a = (struct after){NULL, fn, thing};
	if (c->after == NULL)
		c->after = a;
	else
		c->last_after->next = a;
	c->last_after = a;
}

void
ctx_committed(struct ctx *c)
{
	struct after *list = c->after;

	c->after = NULL;
	for (struct after *a = list; a != NULL; a = a->next)
		a->fn(c, a->thing);
}

void
ctx_undone(struct ctx *c)
{
	c->after = NULL;
}
