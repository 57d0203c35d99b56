#include "people/people.h"

#include "base/str.h"
#include "console/caller.h"
#include "cors.h"
#include "input.h"
#include "refusal.h"

/* A picture of an <img> comes with the cookie, which may be past or come with a page of
 * another origin: then it is as if there were none. */
static enum err
know_softly(struct req *r)
{
	if (req_header(r, "Authorization") != NULL)
		return people_authenticate(r, "access");
	if (!console_has_cookie(r))
		return OK;
	enum err e = people_authenticate(r, "access");
	if (e != E_TOKEN_EXPIRED && e != E_TOKEN_MISSING && e != E_ORIGIN)
		return e;
	ctx_clear_error(&r->ctx);
	return OK;
}

/* At the console this asks for the password once more; here, too. */
static bool
needs_proof(const struct req *r, enum people_who who)
{
	return people_by_cookie(r) &&
	       (who == WITH_REFRESH || (who == MANAGER && r->method != GET));
}

static enum err
enter(struct req *r)
{
	enum people_who who = (enum people_who)r->route->who;

	if (who == SOFT)
		TRY(know_softly(r));
	else if (who != ANYONE)
		TRY(people_authenticate(r, who == WITH_REFRESH ? "refresh" : "access"));
	if (who == MODERATOR && !people_is_moderator(r))
		return fail(&r->ctx, E_DENIED, NULL);
	if (who == MANAGER && !people_may(r, "can_manage_people"))
		return fail(&r->ctx, E_DENIED, NULL);
	if (needs_proof(r, who))
		TRY(console_check_fresh(r));
	return input_read(r);
}

#define FACE_ROUTES "people/routes.def"
#define FACE_CASES "people/cases.def"
#include "face_tables.h"

const struct manners people_manners = {
	FACE_TABLES,
	.enter = enter,
	.refuse = refusal_coded,
	.last_slash = SLASH_EITHER,
	.serves_head = true,
	.cors = &cors_site,
};
