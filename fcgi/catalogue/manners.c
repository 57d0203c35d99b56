#include "catalogue/catalogue.h"

#include <string.h>

#include "base/conf.h"
#include "cors.h"
#include "input.h"
#include "reply.h"

/* Who may call a route. */
enum catalogue_who { ANYONE };

/* Older clients write page[number] and filter[genre]. */
static const struct {
	const char *older, *name;
} names[] = {{"page[number]", "page_number"}, {"page[size]", "page_size"},
	{"filter[genre]", "genre"}};

static void
rename_older(struct req *r)
{
	struct pair *pairs =
		arena_new(&r->ctx.arena, (r->pair_count + 1) * sizeof(*pairs));

	for (size_t i = 0; i < r->pair_count; i++) {
		pairs[i] = r->pairs[i];
		for (size_t n = 0; n < sizeof(names) / sizeof(*names); n++)
			if (strcmp(pairs[i].name, names[n].older) == 0)
				pairs[i].name = names[n].name;
	}
	r->pairs = pairs;
}

static enum err
enter(struct req *r)
{
	rename_older(r);
	return input_read(r);
}

static const char *
sentence(struct req *r, enum err e)
{
	struct ctx *c = &r->ctx;
	struct buf out = {.arena = &c->arena};

	switch (e) {
	case E_FILM_NOT_FOUND:
		return "film not found";
	case E_GENRE_NOT_FOUND:
		return "genre not found";
	case E_PERSON_NOT_FOUND:
		return "person not found";
	default:
		break;
	}
	for (const struct field_error *f = c->field_errors; f != NULL; f = f->next)
		buf_fmt(&out, "%s%s: %s", out.used > 0 ? "; " : "",
			f->field == NULL ? f->place : f->field,
			field_error_sentence(c, f));
	if (field_errors_left_out(c) > 0)
		buf_fmt(&out, "; %zu more", field_errors_left_out(c));
	if (out.used > 0)
		return buf_text(&out);
	return c->why == NULL ? err_sentence(e) : c->why;
}

static void
refuse(struct req *r, enum err e)
{
	const struct wire_case *w = face_case(r->face, e);
	struct buf body = {.arena = &r->ctx.arena};

	buf_add(&body, "{\"error\":");
	buf_json(&body, w->words);
	buf_add(&body, ",\"detail\":");
	buf_json(&body, sentence(r, e));
	buf_add(&body, "}");
	reply_json(r, w->status, buf_text(&body));
}

#define FACE_ROUTES "catalogue/routes.def"
#define FACE_CASES "catalogue/cases.def"
#include "face_tables.h"

const struct manners catalogue_manners = {
	FACE_TABLES,
	.enter = enter,
	.refuse = refuse,
	.serves_head = true,
	.last_slash = SLASH_EITHER,
	.cors = &cors_site,
};
