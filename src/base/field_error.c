#include "base/field_error.h"

#include <inttypes.h>
#include <stddef.h>

#include "base/ctx.h"

const char *
field_error_sentence(struct ctx *c, const struct field_error *field_error)
{
	struct arena *a = &c->arena;

	if (field_error->words != NULL)
		return field_error->words;
	switch (field_error->kind) {
	case FIELD_ERROR_MISSING:
		return "field required";
	case FIELD_ERROR_NULL:
		return "must not be null";
	case FIELD_ERROR_EXTRA:
		return "extra fields not permitted";
	case FIELD_ERROR_TYPE:
		return arena_fmt(a, "value is not a valid %s", field_error->expected);
	case FIELD_ERROR_SHORT:
		return arena_fmt(a, "must have at least %" PRId64 " characters",
			field_error->limit);
	case FIELD_ERROR_LONG:
		return arena_fmt(a, "must have at most %" PRId64 " characters",
			field_error->limit);
	case FIELD_ERROR_SMALL:
		return arena_fmt(a, "must be at least %" PRId64, field_error->limit);
	case FIELD_ERROR_LARGE:
		return arena_fmt(a, "must be at most %" PRId64, field_error->limit);
	case FIELD_ERROR_FORM:
		return arena_fmt(a, "value is not a valid %s", field_error->expected);
	case FIELD_ERROR_CHOICE:
		return arena_fmt(a, "must be one of: %s", field_error->expected);
	case FIELD_ERROR_SYNTAX:
		return arena_fmt(a, "not JSON, from byte %" PRId64, field_error->limit);
	case FIELD_ERROR_MANY:
		return arena_fmt(a, "more than %" PRId64 " members and items",
			field_error->limit);
	case FIELD_ERROR_SURROGATE:
		return arena_fmt(a, "half of a surrogate pair, at byte %" PRId64,
			field_error->limit);
	case FIELD_ERROR_NOT_OBJECT:
		return "must be a JSON object";
	}
	return "wrong";
}

enum err
field_error_add(struct ctx *c, struct field_error field_error)
{
	if (c->field_error_count++ >= FIELD_ERRORS_MOST)
		return c->err;
	struct field_error *f = arena_new(&c->arena, sizeof(*f));

	*f = field_error;
	f->next = NULL;
	if (c->field_errors == NULL)
		c->field_errors = f;
	else
		c->last_field_error->next = f;
	c->last_field_error = f;
	return fail(c, E_INPUT, "%s%s%s: %s", f->place, f->field == NULL ? "" : " -> ",
		f->field == NULL ? "" : f->field, field_error_sentence(c, f));
}

size_t
field_errors_left_out(const struct ctx *c)
{
	return c->field_error_count > FIELD_ERRORS_MOST
		       ? c->field_error_count - FIELD_ERRORS_MOST
		       : 0;
}
