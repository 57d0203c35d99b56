#include "input.h"

#include <string.h>

#include "base/conf.h"
#include "base/json.h"
#include "base/str.h"
#include "forgiving.h"

const struct input NO_BODY = {0, NULL};

const char *
input_header(struct req *r, const char *name)
{
	const char *value = req_header(r, name);

	return value == NULL || !r->face->manners->clean_headers
		       ? value
		       : forgiving_text(&r->ctx.arena, value);
}

static void
need(struct req *r, const char *names)
{
	while (names != NULL && *names != '\0') {
		size_t n = strcspn(names, " ");
		const char *name = arena_strn(&r->ctx.arena, names, n);

		if (n > 0 && input_header(r, name) == NULL)
			field_error_add(&r->ctx, (struct field_error){.place = "header",
							 .field = name,
							 .kind = FIELD_ERROR_MISSING});
		names += n + (names[n] == ' ');
	}
}

enum err
input_needs(struct req *r, const char *more)
{
	need(r, r->route->needs);
	need(r, more);
	return r->ctx.err;
}

static void
path_field_error(struct req *r, enum field_error_kind kind, const char *expected)
{
	field_error_add(&r->ctx, (struct field_error){.place = "path",
					 .field = "id",
					 .kind = kind,
					 .expected = expected});
}

static void
read_path(struct req *r)
{
	const char *pattern = r->route->path;

	for (int i = 0; (pattern = strchr(pattern, '{')) != NULL; pattern++, i++) {
		if (strncmp(pattern, "{uuid}", 6) == 0) {
			const char *uuid = uuid_read(&r->ctx.arena, r->word[i]);

			if (uuid == NULL)
				path_field_error(r, FIELD_ERROR_FORM, "uuid");
			else
				r->word[i] = uuid;
		} else if (strncmp(pattern, "{id}", 4) == 0 &&
			   !int_read(r->word[i], &r->id[i])) {
			path_field_error(r, FIELD_ERROR_TYPE, "integer");
		}
	}
}

static bool
is_absent(struct req *r)
{
	return r->body_size == 0 || str_eq(str_trim(&r->ctx.arena, r->body), "null");
}

static enum err
read_body(struct req *r, void *in)
{
	struct ctx *c = &r->ctx;
	const struct field *fields = r->route->in->fields;
	size_t most = r->trusted ? VALUES_MOST : STRANGER_VALUES;
	const char *body = r->body == NULL ? "" : r->body;
	struct json_object *json;
	enum err e;

	if ((r->route->flags & MAYBE) != 0 && is_absent(r))
		return c->err;
	if (r->face->manners->body == BODY_FORGIVING)
		e = forgiving_body(r, fields, &json);
	else
		e = json_read_input(c, body, r->body_size, most, &json);
	if (e == OK)
		fields_from_json(c, json, fields, r->face->manners->strict, in);
	return c->err;
}

enum err
input_read(struct req *r)
{
	struct ctx *c = &r->ctx;
	const struct route *row = r->route;
	bool of_query = (row->flags & QUERY) != 0;
	bool of_body = row->in != &NO_BODY && !of_query;

	if (of_body && !r->body_check)
		TRY(req_body(r));
	read_path(r);
	if (!of_query && (!of_body || r->body_check))
		return c->err;

	void *in = arena_new(&c->arena, row->in->size);
	r->in = in;
	return of_query ? fields_from_pairs(c, r->pairs, r->pair_count, "query",
				  row->in->fields, in)
			: read_body(r, in);
}
