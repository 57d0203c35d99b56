#include "storage/storage.h"

#include "base/conf.h"
#include "base/str.h"
#include "cors.h"
#include "input.h"
#include "reply.h"
#include "token.h"

/* Which permission lets one in; two words: either. */
static const char *const permissions[] = {
	[CAN_VIEW_FILE] = "can_view_file",
	[CAN_GET_FILE] = "can_view_file can_download_file",
	[CAN_RENAME_FILE] = "can_rename_file",
	[CAN_UPLOAD_FILE] = "can_upload_file",
	[CAN_DELETE_FILE] = "can_delete_file",
	[CAN_VIEW_SERVER] = "can_view_cdnserver",
	[CAN_CHANGE_SERVER] = "can_change_cdnserver",
	[CAN_ADD_SERVER] = "can_add_cdnserver",
	[CAN_DELETE_SERVER] = "can_delete_cdnserver",
	[CAN_VIEW_LINK] = "can_view_filesharelink",
	[CAN_ADD_LINK] = "can_add_filesharelink",
	[CAN_DELETE_LINK] = "can_delete_filesharelink",
};

static bool
well_formed(const struct claims *claims, const char *type)
{
	return claims->user_id != NULL && uuid_valid(claims->user_id) &&
	       claims->has_permissions && claims->has_superuser &&
	       str_eq(claims->type, type);
}

/* docs/openapi/storage.yaml. */
static enum err
authenticate(struct req *r, const char *type)
{
	struct ctx *c = &r->ctx;
	struct claims *claims = arena_new(&c->arena, sizeof(*claims));
	struct session *session = arena_new(&c->arena, sizeof(*session));
	const char *token;

	TRY(token_bearer(r, false, &token));
	TRY(token_read(r, token, claims));
	r->claims = claims;
	if (claims->jti == NULL || !uuid_valid(claims->jti) || claims->type == NULL)
		return fail(c, E_TOKEN_PAYLOAD, NULL);
	r->session = session;
	/* A refresh token is looked up when it is exchanged: a spent one may have its
	 * grace. */
	if (!str_eq(type, "refresh") || !str_eq(claims->type, "refresh")) {
		enum err e = token_session(r, "storage", claims->type, session);
		if (e == E_TOKEN_EXPIRED && session->account_id == 0)
			return storage_gone_or_expired(r);
		TRY(e);
	}
	if (!well_formed(claims, type))
		return fail(c, E_TOKEN_PAYLOAD, NULL);
	r->trusted = true;
	return OK;
}

static enum err
authorise(struct req *r, enum storage_who who)
{
	const struct claims *claims = r->claims;

	if (who < CAN_VIEW_FILE || claims->is_superuser)
		return OK;
	for (size_t i = 0; i < claims->permissions.count; i++)
		if (claims->permissions.list[i] != NULL &&
			str_in(claims->permissions.list[i], permissions[who]))
			return OK;
	return fail(&r->ctx, E_DENIED, NULL);
}

/* A hook's secret, compared in constant time; none is taken while none is set. */
static enum err
know_secret(struct req *r)
{
	const char *said;

	TRY(token_bearer(r, false, &said));
	if (conf.storage_hook_secret[0] == '\0' ||
		!str_same_secret(said, conf.storage_hook_secret))
		return fail(&r->ctx, E_TOKEN_FORGED, NULL);
	r->trusted = true;
	return OK;
}

enum err
storage_enter(struct req *r)
{
	enum storage_who who = (enum storage_who)r->route->who;

	if (who == WITH_SECRET) {
		TRY(know_secret(r));
	} else if (who != ANYONE) {
		TRY(authenticate(r, who == WITH_REFRESH ? "refresh" : "access"));
		TRY(authorise(r, who));
	}
	return input_read(r);
}

/* What the older system printed: a count, then place and reason of each. */
static void
add_detail(struct req *r, struct buf *body)
{
	struct ctx *c = &r->ctx;
	struct buf detail = {.arena = &c->arena};

	if (c->field_error_count > 0)
		buf_fmt(&detail, "%zu validation error%s for Request",
			c->field_error_count, c->field_error_count > 1 ? "s" : "");
	else
		buf_add(&detail, c->why == NULL ? err_sentence(c->err) : c->why);
	for (const struct field_error *f = c->field_errors; f != NULL; f = f->next)
		buf_fmt(&detail, "\n%s%s%s\n  %s", f->place,
			f->field == NULL ? "" : " -> ",
			f->field == NULL ? "" : f->field, field_error_sentence(c, f));
	if (field_errors_left_out(c) > 0)
		buf_fmt(&detail, "\n%s\n  %zu more", c->last_field_error->place,
			field_errors_left_out(c));
	buf_add(body, ",\"detail\":");
	buf_json(body, buf_text(&detail));
}

void
storage_refuse(struct req *r, enum err e)
{
	const struct wire_case *w = face_case(r->face, e);
	struct buf body = {.arena = &r->ctx.arena};

	buf_add(&body, "{\"error\":");
	buf_json(&body, w->words);
	if (str_eq(w->words, "Request.Error.Validation") || e == E_EMAIL_UNCONFIRMED)
		add_detail(r, &body);
	buf_add(&body, "}");
	reply_retry_after(r, 0);
	reply_json(r, w->status, buf_text(&body));
}

#define FACE_ROUTES "storage/routes.def"
#define FACE_CASES "storage/cases.def"
#include "face_tables.h"

const struct manners storage_manners = {
	FACE_TABLES,
	.enter = storage_enter,
	.refuse = storage_refuse,
	.last_slash = SLASH_REDIRECTS,
	.cors = &cors_site,
};
