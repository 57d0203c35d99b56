#include "ops/ops.h"

#include "base/conf.h"
#include "reply.h"

static enum err
enter(struct req *r)
{
	(void)r;
	return OK;
}

static void
refuse(struct req *r, enum err e)
{
	const struct wire_case *w = face_case(r->face, e);
	struct buf body = {.arena = &r->ctx.arena};

	buf_add(&body, "{\"error\":");
	buf_json(&body, w->words != NULL ? w->words : err_sentence(w->err));
	buf_add(&body, "}");
	reply_json(r, w->status, buf_text(&body));
}

#define FACE_ROUTES "ops/routes.def"
#define FACE_CASES "ops/cases.def"
#include "face_tables.h"

const struct manners ops_manners = {
	FACE_TABLES,
	.enter = enter,
	.refuse = refuse,
	.serves_head = true,
};
