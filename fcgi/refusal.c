#include "refusal.h"

#include "face.h"
#include "reply.h"

/* The first field error names the field; all of them are reasons. */
static void
add_field_errors(struct req *r, struct buf *body)
{
	struct ctx *c = &r->ctx;

	if (c->field_errors->field != NULL) {
		buf_add(body, ",\"field\":");
		buf_json(body, c->field_errors->field);
	}
	buf_add(body, ",\"reasons\":[");
	for (const struct field_error *f = c->field_errors; f != NULL; f = f->next) {
		buf_add(body, f == c->field_errors ? "" : ",");
		buf_json(body, arena_fmt(&c->arena, "%s: %s",
				       f->field == NULL ? f->place : f->field,
				       field_error_sentence(c, f)));
	}
	if (field_errors_left_out(c) > 0)
		buf_fmt(body, ",\"%zu more\"", field_errors_left_out(c));
	buf_add(body, "]");
}

/* Of what is wrong with the server nobody is told more. */
static const char *
detail(const struct ctx *c, int status, enum err e)
{
	if (c->field_errors != NULL)
		return field_error_sentence((struct ctx *)c, c->field_errors);
	/* Why a picture was refused is a word, not a sentence. */
	return status >= 500 || c->why == NULL || e == E_PICTURE_REFUSED
		       ? err_sentence(e)
		       : c->why;
}

void
refusal_coded(struct req *r, enum err e)
{
	struct ctx *c = &r->ctx;
	const struct wire_case *w = face_case(r->face, e);
	struct buf body = {.arena = &c->arena};

	buf_add(&body, "{\"error\":");
	buf_json(&body, w->words);
	buf_add(&body, ",\"detail\":");
	buf_json(&body, detail(c, w->status, e));
	if (c->field_errors != NULL)
		add_field_errors(r, &body);
	if (e == E_PICTURE_REFUSED && c->why != NULL) {
		buf_add(&body, ",\"reason\":");
		buf_json(&body, c->why);
	}
	buf_add(&body, "}");
	reply_retry_after(r, w->status == 429 ? 60 : w->status == 503 ? 5 : 0);
	reply_json(r, w->status, buf_text(&body));
}
