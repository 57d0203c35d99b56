/* Invitations and registration of staff: docs/openapi/programme.yaml. */
#include "account/invitation.h"

#include "account/account.h"
#include "account/limit.h"
#include "base/conf.h"
#include "programme/programme.h"
#include "reply.h"

INPUT(programme_invitation_in, struct invitation,
	FIELD(struct invitation, name, .must = true, .min = 2, .max = 20,
		.rule = person_name_rule),
	FIELD(struct invitation, surname, .must = true, .min = 2, .max = 100,
		.rule = person_name_rule),
	FIELD(struct invitation, email, .must = true, .max = 100,
		.rule = staff_email_rule));

struct registration {
	const char *name, *surname, *password;
};

INPUT(programme_registration_in, struct registration,
	FIELD(struct registration, name, .must = true, .min = 2, .max = 20,
		.rule = person_name_rule),
	FIELD(struct registration, surname, .must = true, .min = 2, .max = 100,
		.rule = person_name_rule),
	FIELD(struct registration, password, .must = true, .as_typed = true, .min = 0,
		.max = 1000, .rule = staff_password_rule));

/* GET /administrators/invitations: 200 list of I whose e-mail is not staff yet. */
enum err
programme_get_invitations(struct req *r)
{
	const char *json;

	TRY(invitation_list(&r->ctx, &json));
	return reply_json(r, 200, json);
}

/* POST /administrators/invitations {"name", "surname", "email"}: 201 I; mailed.
 * E_EMAIL_TAKEN. */
enum err
programme_post_invitation(struct req *r)
{
	const char *json;

	TRY(invitation_add(&r->ctx, r->in, &json));
	return reply_json(r, 201, json);
}

/* PATCH /administrators/invitations/{uuid}/deactivate: 200 I, expired. E_INVITE_CLOSED.
 */
enum err
programme_patch_invitation_deactivate(struct req *r)
{
	const char *json = NULL;

	TRY(invitation_close(&r->ctx, r->word[0], &json));
	return reply_json(r, 200, json);
}

/* PATCH /administrators/invitations/{uuid}/reactivate: 200 I, mailed again.
 * E_INVITE_OPEN, E_INVITE_USED. */
enum err
programme_patch_invitation_reactivate(struct req *r)
{
	const char *json = NULL;

	TRY(invitation_open(&r->ctx, r->word[0], &json));
	return reply_json(r, 200, json);
}

/* GET /administrators/register/{uuid}: 200 I of an open invitation. E_CODE_INVALID. */
enum err
programme_get_register(struct req *r)
{
	const char *json;

	TRY(limit_address(&r->ctx, "register", conf.account_registrations_per_address));
	TRY(invitation_show(&r->ctx, r->word[0], &json));
	return reply_json(r, 200, json);
}

/* POST /administrators/register/{uuid}: 201 A, an expert; the invitation is used. */
enum err
programme_post_register_staff(struct req *r)
{
	const struct registration *in = r->in;
	struct ctx *c = &r->ctx;
	const char *json;

	TRY(limit_address(c, "register", conf.account_registrations_per_address));
	enum err e = invitation_use(
		c, r->word[0], in->name, in->surname, in->password, &json);
	if (e == E_EMAIL_TAKEN) {
		ctx_clear_error(c);
		return fail(c, E_EXISTS, "Объект <Administrator> уже существует");
	}
	TRY(e);
	return reply_json(r, 201, json);
}
