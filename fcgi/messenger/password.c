/* What a new password must be: contract 5. */
#include "messenger/password.h"

#include "account/account.h"
#include "base/str.h"
#include "messenger/user.h"

INPUT(messenger_password_in, struct passwords,
	FIELD(struct passwords, new_password, .must = true, .as_typed = true),
	FIELD(struct passwords, new_password_check, .must = true, .as_typed = true),
	FIELD(struct passwords, original_password, .as_typed = true));

enum err
messenger_check_new_password(
	struct req *r, const struct account *a, const char *password)
{
	struct ctx *c = &r->ctx;
	struct user person = {0};
	enum err e = user_get(c, a->id, &person);

	if (e != OK && e != E_PERSON_GONE)
		return e;
	ctx_clear_error(c);
	const char *fault =
		user_password_fault(password, a->username, a->email, person.nickname);
	return fault == NULL ? OK : messenger_fail_reason(r, E_PASSWORD_RULE, fault);
}

enum err
messenger_typed_alike(struct req *r)
{
	const struct passwords *in = r->in;

	return str_eq(in->new_password, in->new_password_check)
		       ? OK
		       : messenger_fail_reason(r, E_PASSWORD_RULE, "RETYPE_MISMATCH");
}

enum err
messenger_new_password(struct req *r, const struct account *a, const char **password)
{
	const struct passwords *in = r->in;

	TRY(messenger_typed_alike(r));
	*password = in->new_password;
	return messenger_check_new_password(r, a, in->new_password);
}
