#include "console/console.h"

#include "base/conf.h"
#include "base/str.h"
#include "input.h"
#include "refusal.h"
#include "reply.h"

/* Photos of children are what staff see. */
static bool
needs_factor(enum console_who who)
{
	return (who == STAFF || who == ADMINISTRATOR) &&
	       str_eq(conf.console_second_factor, "photos");
}

static enum err
enter(struct req *r)
{
	enum console_who who = (enum console_who)r->route->who;
	struct console_caller *caller = arena_new(&r->ctx.arena, sizeof(*caller));

	TRY(console_check_origin(r));
	if (who != ANYONE) {
		TRY(console_session(r, caller));
		r->trusted = true;
		r->own = caller;
		if (!console_may(caller, who))
			return fail(&r->ctx, E_DENIED, NULL);
		if (needs_factor(who) && !caller->has_factor)
			return fail(&r->ctx, E_FACTOR_NEEDED, NULL);
		if ((r->route->flags & FRESH) != 0)
			TRY(console_check_fresh(r));
	}
	return input_read(r);
}

/* Photos' addresses and names of children are nobody's to keep. */
static void
finish(struct req *r)
{
	reply_header(r, "Cache-Control", "private, no-store");
}

#define FACE_ROUTES "console/routes.def"
#define FACE_CASES "console/cases.def"
#include "face_tables.h"

const struct manners console_manners = {
	FACE_TABLES,
	.enter = enter,
	.refuse = refusal_coded,
	.finish = finish,
	.last_slash = SLASH_EITHER,
	.serves_head = true,
};
