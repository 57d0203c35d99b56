/* One's own password, address and account: docs/openapi/people.yaml. */
#include <strings.h>

#include "account/account.h"
#include "account/address.h"
#include "account/audit.h"
#include "account/erase.h"
#include "account/session.h"
#include "base/str.h"
#include "db/db.h"
#include "people/people.h"
#include "reply.h"
#include "token.h"

struct password_body {
	const char *old, *new;
};

INPUT(people_own_password_in, struct password_body,
	FIELD(struct password_body, old, .must = true, .as_typed = true, .max = 1000),
	FIELD(struct password_body, new, .must = true, .as_typed = true, .min = 8,
		.max = 100));

struct own_email_body {
	const char *email, *password;
};

INPUT(people_own_email_in, struct own_email_body,
	FIELD(struct own_email_body, email, .must = true, .min = 3, .max = 254,
		.rule = email_rule),
	FIELD(struct own_email_body, password, .must = true, .as_typed = true,
		.max = 1000));

struct undo_body {
	const char *token;
};

INPUT(people_undo_in, struct undo_body,
	FIELD(struct undo_body, token, .must = true, .max = 100));

struct delete_body {
	const char *email, *username, *password;
};

INPUT(people_delete_in, struct delete_body,
	FIELD(struct delete_body, email, .as_typed = true, .max = 1000),
	FIELD(struct delete_body, username, .as_typed = true, .max = 1000),
	FIELD(struct delete_body, password, .must = true, .as_typed = true,
		.max = 1000));

static enum err
set_password(struct req *r, const struct account *a, const char *password)
{
	static const struct field field = {.name = "new"};
	struct ctx *c = &r->ctx;

	if (a->role != NULL)
		TRY(staff_password_rule(c, &field, "body", &password));
	TRY(account_change_password(c, a, password, r->session->jti));
	return audit_add(c, "account.change_password", "account", a->uuid, NULL);
}

/* POST /me/password {"old", "new"}: 200; all other sessions end. E_OLD_PASSWORD. */
enum err
people_post_own_password(struct req *r)
{
	const struct password_body *in = r->in;
	struct ctx *c = &r->ctx;
	struct account a = {0};

	TRY(account_prove(c, in->old, &a));
	TRY(db_begin(c));
	TRY(db_end(c, set_password(r, &a, in->new)));
	return reply_json(r, 200, "{\"password_set\":true}");
}

/* POST /me/email {"email", "password"}: 202; mails ask both sides. E_OLD_PASSWORD. */
enum err
people_post_own_email(struct req *r)
{
	const struct own_email_body *in = r->in;
	struct ctx *c = &r->ctx;
	struct account a = {0};

	TRY(account_prove(c, in->password, &a));
	if (a.email != NULL && strcasecmp(a.email, in->email) == 0)
		return field_error_add(c, (struct field_error){.place = "body",
						  .field = "email",
						  .kind = FIELD_ERROR_FORM,
						  .words = "is the address already"});
	TRY(db_begin(c));
	TRY(db_end(c, address_change(c, &a, in->email, a.language)));
	return reply_json(r, 202, "{\"status\":\"mail_sent\"}");
}

/* DELETE /me/email/pending: 204. */
enum err
people_delete_pending(struct req *r)
{
	struct ctx *c = &r->ctx;

	TRY(address_cancel(c, c->actor));
	TRY(audit_add(c, "account.cancel_email", "account", c->actor_uuid, NULL));
	return reply_empty(r, 204);
}

/* POST /email/undo {"token"}: 200; the old address stays, or comes back. E_EMAIL_TOKEN.
 */
enum err
people_post_undo(struct req *r)
{
	const struct undo_body *in = r->in;

	TRY(address_undo(&r->ctx, in->token));
	return reply_json(r, 200, "{\"undone\":true}");
}

static enum err
erase(struct ctx *c, const struct account *a)
{
	c->actor = a->id;
	TRY(account_erase(c, a));
	return audit_add(c, "account.erase", "account", a->uuid, NULL);
}

/*
 * POST /account/delete {"email" or "username", "password"}: 204; the person is erased.
 * For a page where nobody is signed in. E_CREDENTIALS, E_LIMIT, E_SUPERADMIN,
 * E_LAST_ADMIN.
 */
enum err
people_post_delete(struct req *r)
{
	const struct delete_body *in = r->in;
	struct ctx *c = &r->ctx;
	struct account a = {0};

	TRY(people_sign_in(r, in->email, in->username, in->password, &a));
	if (a.is_superuser)
		return fail(c, E_SUPERADMIN, NULL);
	TRY(db_begin(c));
	TRY(db_end(c, erase(c, &a)));
	return reply_empty(r, 204);
}
