/* What profiles are to each other: contract 6, relations and follow requests. */
#include "messenger/relation.h"

#include <strings.h>

#include "base/str.h"
#include "messenger/messenger.h"
#include "messenger/rights.h"

static const struct status_word {
	const char *word, *sub_code;
} statuses[] = {[RELATION_FOLLOW] = {"FOLLOW", "profilerelation.follows"},
	[RELATION_HIDE] = {"HIDE", "profilerelation.hides"},
	[RELATION_BLOCK] = {"BLOCK", "profilerelation.blocks"},
	[RELATION_ASKED] = {"FOLLOW_REQUESTED", "profilerelation.follow_requests"}};

/* GET /profiles/{id}/relations, X-Profile-Id: 200, the sub_code says it. E_MISSING,
 * E_NOT_RELATED. */
enum err
messenger_get_relation(struct req *r)
{
	struct ctx *c = &r->ctx;
	struct relation relation = {0};
	enum err e = relation_get(c, messenger_caller(r)->profile, r->id[0], &relation);

	if (e == E_MISSING)
		return messenger_fail_list(r, e, "resource_name", "profile");
	TRY(e);
	if (relation.status == RELATION_NONE)
		return fail(c,
			relation.is_private || relation.is_deleted ? E_MISSING
								   : E_NOT_RELATED,
			NULL);
	return messenger_reply(r, 200, statuses[relation.status].sub_code, NULL);
}

struct wish {
	const char *status;
};

INPUT(messenger_relation_in, struct wish, FIELD(struct wish, status));

/*
 * PUT /profiles/{id}/relations, X-Profile-Id {status}: 200, the sub_code says what it
 * has come to. E_MISSING, E_DENIED, E_NOT_RELATED, E_SAME_RELATION, E_REQUEST_WAITS.
 */
enum err
messenger_put_relation(struct req *r)
{
	const struct wish *in = r->in;
	int64_t status = RELATION_FOLLOW;

	while (in->status != NULL && status <= RELATION_ASKED &&
		strcasecmp(statuses[status].word, in->status) != 0)
		status++;
	if (status > RELATION_ASKED)
		return messenger_field_error(r, "status",
			"must be one of: FOLLOW HIDE BLOCK FOLLOW_REQUESTED");
	TRY(rights_act(&r->ctx, r->ctx.actor, messenger_caller(r)->profile));
	TRY(relation_set(&r->ctx, messenger_caller(r)->profile, r->id[0], &status));
	return messenger_reply(r, 200, statuses[status].sub_code, NULL);
}

/* DELETE /profiles/{id}/relations, X-Profile-Id: 204. E_NOT_RELATED, E_DENIED. */
enum err
messenger_delete_relation(struct req *r)
{
	TRY(relation_end(&r->ctx, messenger_caller(r)->profile, r->id[0]));
	return messenger_reply(r, 204, "profilerelation.cut_off", NULL);
}

/* -- requests */

/* The path says what X-Profile-Id says. */
static enum err
same_profile(struct req *r)
{
	return r->id[0] == messenger_caller(r)->profile ? OK
							: fail(&r->ctx, E_DENIED, NULL);
}

/* GET /profiles/{id}/follow-request, X-Profile-Id: 200 with who asks. E_MISSING. */
enum err
messenger_get_requests(struct req *r)
{
	struct ctx *c = &r->ctx;
	const char *list;

	TRY(same_profile(r));
	TRY(relation_requests(c, r->id[0], &list));
	if (list == NULL)
		return fail(c, E_MISSING, NULL);
	return messenger_reply_list(r, "follow_requests", list);
}

struct asker {
	int64_t target_profile;
};

INPUT(messenger_asker_in, struct asker, FIELD(struct asker, target_profile));

/* Of the body, or of the query, because not all clients send a body with DELETE. */
static enum err
find_asker(struct req *r, int64_t *out)
{
	const struct asker *in = r->in;

	*out = in->target_profile;
	for (size_t i = 0; *out == 0 && i < r->pair_count; i++)
		if (str_eq(r->pairs[i].name, "target_profile") &&
			!int_read(r->pairs[i].value, out))
			*out = 0;
	return *out != 0
		       ? OK
		       : field_error_add(&r->ctx, (struct field_error){.place = "body",
							  .field = "target_profile",
							  .kind = FIELD_ERROR_MISSING});
}

/* PUT /profiles/{id}/follow-request, X-Profile-Id {target_profile}: 201, code 200.
 * E_MISSING. */
enum err
messenger_put_request(struct req *r)
{
	int64_t asker;

	TRY(same_profile(r));
	TRY(find_asker(r, &asker));
	TRY(rights_act(&r->ctx, r->ctx.actor, r->id[0]));
	TRY(relation_accept(&r->ctx, r->id[0], asker));
	return messenger_answer(r, 201, 200, "profilerelation.follows", NULL);
}

/* DELETE /profiles/{id}/follow-request, X-Profile-Id {target_profile}: 204. E_MISSING.
 */
enum err
messenger_delete_request(struct req *r)
{
	int64_t asker;

	TRY(same_profile(r));
	TRY(find_asker(r, &asker));
	TRY(relation_decline(&r->ctx, r->id[0], asker));
	return messenger_reply(r, 204, "profilerelation.cut_off", NULL);
}
