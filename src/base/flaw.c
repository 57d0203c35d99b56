#include "base/flaw.h"

#include <inttypes.h>
#include <stddef.h>

#include "base/ctx.h"

const char *
flaw_sentence(struct ctx *c, const struct flaw *flaw)
{
	struct arena *a = &c->arena;

	if (flaw->words != NULL)
		return flaw->words;
	switch (flaw->kind) {
	case FLAW_MISSING:
		return "field required";
	case FLAW_NULL:
		return "must not be null";
	case FLAW_EXTRA:
		return "extra fields not permitted";
	case FLAW_TYPE:
		return arena_fmt(a, "value is not a valid %s", flaw->expected);
	case FLAW_SHORT:
		return arena_fmt(
			a, "must have at least %" PRId64 " characters", flaw->limit);
	case FLAW_LONG:
		return arena_fmt(
			a, "must have at most %" PRId64 " characters", flaw->limit);
	case FLAW_SMALL:
		return arena_fmt(a, "must be at least %" PRId64, flaw->limit);
	case FLAW_LARGE:
		return arena_fmt(a, "must be at most %" PRId64, flaw->limit);
	case FLAW_FORM:
		return arena_fmt(a, "value is not a valid %s", flaw->expected);
	case FLAW_CHOICE:
		return arena_fmt(a, "must be one of: %s", flaw->expected);
	case FLAW_SYNTAX:
		return arena_fmt(a, "not JSON, from byte %" PRId64, flaw->limit);
	case FLAW_MANY:
		return arena_fmt(
			a, "more than %" PRId64 " members and items", flaw->limit);
	case FLAW_SURROGATE:
		return arena_fmt(
			a, "half of a surrogate pair, at byte %" PRId64, flaw->limit);
	case FLAW_NOT_OBJECT:
		return "must be a JSON object";
	}
	return "wrong";
}

enum err
flaw_add(struct ctx *c, struct flaw flaw)
{
	if (c->flaw_count++ >= FLAWS_MOST)
		return c->err;
	struct flaw *f = arena_new(&c->arena, sizeof(*f));

	*f = flaw;
	f->next = NULL;
	if (c->flaws == NULL)
		c->flaws = f;
	else
		c->last_flaw->next = f;
	c->last_flaw = f;
	return fail(c, E_INPUT, "%s%s%s: %s", f->place, f->field == NULL ? "" : " -> ",
		f->field == NULL ? "" : f->field, flaw_sentence(c, f));
}

size_t
flaws_left_out(const struct ctx *c)
{
	return c->flaw_count > FLAWS_MOST ? c->flaw_count - FLAWS_MOST : 0;
}
