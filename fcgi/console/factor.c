/* The second factor of one's own sign-in. */
#include "account/second_factor.h"

#include "account/audit.h"
#include "account/session.h"
#include "base/buf.h"
#include "base/json_out.h"
#include "console/console.h"
#include "db/db.h"
#include "reply.h"

struct factor_body {
	const char *password;
};

INPUT(console_factor_in, struct factor_body,
	FIELD(struct factor_body, password, .must = true, .as_typed = true,
		.max = 1000));
INPUT(console_factor_off_in, struct factor_body,
	FIELD(struct factor_body, password, .must = true, .as_typed = true,
		.max = 1000));

struct code_body {
	const char *code;
};

INPUT(console_factor_code_in, struct code_body,
	FIELD(struct code_body, code, .must = true, .min = 1, .max = 100));

/*
 * POST /me/second-factor {"password"}: 200 {"secret", "address", "qr"}, for an app; it
 * counts when a code has confirmed it. E_OLD_PASSWORD, E_FACTOR_ON.
 */
enum err
console_post_factor(struct req *r)
{
	const struct factor_body *in = r->in;
	struct ctx *c = &r->ctx;
	const char *secret = "", *address = "", *qr = NULL;
	struct account a = {0};

	TRY(account_prove(c, in->password, &a));
	TRY(db_begin(c));
	TRY(db_end(c, second_factor_begin(c, &a, &secret, &address)));
	TRY(console_qr(c, address, &qr));
	return reply_json(
		r, 200, JSON(c, "secret", secret, "address", address, "qr", qr));
}

static enum err
confirm(struct req *r, const char *code, const char **codes)
{
	struct ctx *c = &r->ctx;

	TRY(second_factor_confirm(c, c->actor, code, codes));
	/* Sign-ins by the password alone gain nothing by it. */
	return *codes == NULL ? OK
			      : session_end_others(
					c, c->actor, r->session->jti, "second factor");
}

/* POST /me/second-factor/confirm {"code"}: 200 {"recovery_codes"}, which nobody sees
 * again. E_FACTOR_CODE, E_FACTOR_ON, E_LIMIT. */
enum err
console_post_factor_confirm(struct req *r)
{
	const struct code_body *in = r->in;
	struct ctx *c = &r->ctx;
	const char *codes = NULL;

	TRY(db_begin(c));
	TRY(db_end(c, confirm(r, in->code, &codes)));
	if (codes == NULL)
		return fail(c, E_FACTOR_CODE, NULL);
	console_forget_rights(c, r->own);
	return reply_json(r, 200, JSON(c, "recovery_codes", json_raw(codes)));
}

static enum err
take_away(struct ctx *c, const struct account *a)
{
	TRY(second_factor_off(c, a));
	return c->rows == 0 ? fail(c, E_MISSING, NULL)
			    : audit_add(c, "account.second_factor_off", "account",
				      a->uuid, NULL);
}

/* POST /me/second-factor/off {"password"}: 204. E_OLD_PASSWORD, E_MISSING. */
enum err
console_post_factor_off(struct req *r)
{
	const struct factor_body *in = r->in;
	struct ctx *c = &r->ctx;
	struct account a = {0};

	TRY(account_prove(c, in->password, &a));
	TRY(db_begin(c));
	TRY(db_end(c, take_away(c, &a)));
	console_forget_rights(c, r->own);
	return reply_empty(r, 204);
}
