#include "account/account.h"

#include <stdio.h>
#include <string.h>

#include "account/account_job.h"
#include "account/address.h"
#include "account/audit.h"
#include "account/erase.h"
#include "account/registration.h"
#include "account/rights.h"
#include "account/second_factor.h"
#include "account/session.h"
#include "base/conf.h"
#include "base/json_out.h"
#include "base/str.h"
#include "cli/commands.h"
#include "cli/setup.h"
#include "db/db.h"

#include "cli/account.sql.h"

enum err
call_account(struct call *call, const char *word, struct account *out)
{
	struct ctx *c = &call->ctx;
	enum err e = account_by_any(c, call_arg(call, word), out);

	if (e == E_ACCOUNT_NOT_FOUND) {
		ctx_clear_error(c);
		return fail(c, e, "no account has the user name or e-mail %s",
			call_arg(call, word));
	}
	return e;
}

static enum err
print_of(struct call *call, const struct db_stmt *s, struct args args, const char *none)
{
	const char *text;

	TRY(db_json(&call->ctx, s, &text, args));
	call_print(text == NULL ? none : text);
	return OK;
}

static enum err
check_role(struct call *call, const char *role)
{
	return role == NULL || str_in(role, "administrator expert")
		       ? OK
		       : fail(&call->ctx, E_INPUT, "role: administrator or expert");
}

enum err
account_list_cmd(struct call *call)
{
	const char *role = call_arg(call, "role");

	TRY(check_role(call, role));
	return call_table(call, &ACCOUNT_TABLE, ARGS(&call->ctx, role), "no accounts");
}

static enum err
check_password(struct ctx *c, const char *password)
{
	return password != NULL &&
			       utf8_count(password) >= conf.account_min_password_length
		       ? OK
		       : fail(c, E_INPUT,
				 "the password must have %lld characters at least",
				 (long long)conf.account_min_password_length);
}

static enum err
ask_password(struct call *call, const char **out)
{
	*out = call_secret(call, "Password");
	return check_password(&call->ctx, *out);
}

static enum err
make(struct call *call, struct account *a, const char *password, bool all)
{
	struct ctx *c = &call->ctx;

	TRY(db_begin(c));
	enum err e = account_add(c, a, password);
	if (e == OK && all)
		e = account_grant_all(c, a);
	if (e == OK)
		e = audit_add(c, "account.add", "account", a->uuid, NULL);
	return db_end(c, e);
}

/* What an operator types is held to the rules of what people type. */
static enum err
check_names(struct ctx *c, struct account *a)
{
	static const struct field username = {.name = "name"},
				  email = {.name = "email"};

	if (a->username != NULL) {
		if (a->username[0] == '\0' || utf8_count(a->username) > 100)
			return fail(c, E_INPUT, "name: 1 to 100 characters");
		TRY(username_rule(c, &username, "argument", &a->username));
	}
	return a->email == NULL ? OK : email_rule(c, &email, "argument", &a->email);
}

enum err
account_make_asked(struct call *call, struct account *a, bool all)
{
	const char *password;

	TRY(check_names(&call->ctx, a));
	TRY(ask_password(call, &password));
	TRY(make(call, a, password, all));
	printf("account %lld %s\n", (long long)a->id, a->uuid);
	return OK;
}

static enum err
make_named(struct call *call, struct account *a, bool all)
{
	const char *name = call_arg(call, "name");

	a->email = call_arg(call, "email");
	if (strchr(name, '@') != NULL)
		a->email = name;
	else
		a->username = name;
	return account_make_asked(call, a, all);
}

static const char *
arg_or(struct call *call, const char *name, const char *other)
{
	const char *value = call_arg(call, name);

	return value == NULL ? other : value;
}

enum err
account_add_cmd(struct call *call)
{
	struct account a = {.name = arg_or(call, "first-name", ""),
		.surname = arg_or(call, "surname", ""),
		.role = call_arg(call, "role")};

	TRY(check_role(call, a.role));
	if (a.role != NULL && strchr(call_arg(call, "name"), '@') == NULL &&
		call_arg(call, "email") == NULL)
		return fail(&call->ctx, E_INPUT,
			"staff signs in by e-mail: give one with --email");
	return make_named(call, &a, false);
}

enum err
account_superuser_cmd(struct call *call)
{
	struct account a = {.name = "", .surname = "", .is_superuser = true};

	return make_named(call, &a, true);
}

enum err
createsuperuser_cmd(struct call *call)
{
	struct ctx *c = &call->ctx;
	struct account a = {.username = conf.account_superuser_username,
		.email = conf.account_superuser_email,
		.name = "",
		.surname = "",
		.is_superuser = true};

	if (a.username[0] == '\0' || conf.account_superuser_password[0] == '\0' ||
		a.email[0] == '\0')
		return fail(c, E_INPUT,
			"set SUPERUSER__USERNAME, SUPERUSER__PASSWORD and "
			"SUPERUSER__EMAIL");
	TRY(check_names(c, &a));
	TRY(check_password(c, conf.account_superuser_password));
	enum err e = make(call, &a, conf.account_superuser_password, true);
	if (e == E_NAME_TAKEN || e == E_EMAIL_TAKEN) {
		puts("already created");
		return OK;
	}
	TRY(e);
	puts("created");
	return OK;
}

/* The audit row of a change, with what it was changed to (NULL: nothing to add). */
static enum err
audit_to(struct ctx *c, const char *action, const char *uuid, const char *to)
{
	return audit_add(
		c, action, "account", uuid, to == NULL ? NULL : JSON(c, "to", to));
}

/* What a command does to one account, in one transaction with its audit row. */
static enum err
change(struct call *call, const char *action, const char *to,
	enum err (*run)(struct call *call, struct account *a))
{
	struct ctx *c = &call->ctx;
	struct account a = {0};

	TRY(db_begin(c));
	enum err e = call_account(call, "name", &a);
	if (e == OK)
		e = run(call, &a);
	if (e == OK)
		e = audit_to(c, action, a.uuid, to);
	e = db_end(c, e);
	if (e == OK)
		puts("done");
	return e;
}

static enum err
set_password(struct call *call, struct account *a)
{
	const char *password;

	TRY(ask_password(call, &password));
	return account_set_password(&call->ctx, a, password, "password");
}

enum err
account_password_cmd(struct call *call)
{
	return change(call, "account.password", NULL, set_password);
}

static enum err
set_role(struct call *call, struct account *a)
{
	const char *role = call_arg(call, "role");

	if (str_eq(role, "none"))
		role = NULL;
	TRY(check_role(call, role));
	if (str_eq(a->role, "administrator") && !str_eq(role, "administrator"))
		TRY(account_keep_an_administrator(&call->ctx, a));
	return account_set_role(&call->ctx, a, role);
}

enum err
account_role_cmd(struct call *call)
{
	return change(call, "account.role", call_arg(call, "role"), set_role);
}

static enum err
block(struct call *call, struct account *a)
{
	const char *why = call_arg(call, "why");

	if (str_eq(a->role, "administrator"))
		TRY(account_keep_an_administrator(&call->ctx, a));
	return account_set_status(
		&call->ctx, a, "blocked", why == NULL ? "operator" : why);
}

enum err
account_block_cmd(struct call *call)
{
	return change(call, "account.block", call_arg(call, "why"), block);
}

static enum err
unblock(struct call *call, struct account *a)
{
	return account_set_status(&call->ctx, a, "active", NULL);
}

enum err
account_unblock_cmd(struct call *call)
{
	return change(call, "account.unblock", NULL, unblock);
}

static enum err
unlock(struct call *call, struct account *a)
{
	return account_unlock(&call->ctx, a);
}

enum err
account_unlock_cmd(struct call *call)
{
	return change(call, "account.unlock", NULL, unlock);
}

static enum err
second_factor(struct call *call, struct account *a)
{
	struct ctx *c = &call->ctx;

	if (!str_eq(call_arg(call, "off"), "off"))
		return fail(c, E_INPUT, "only off can be done for somebody else");
	TRY(second_factor_off(c, a));
	if (c->rows == 0)
		return fail(c, E_MISSING, "the account has no second factor");
	return session_end_all(c, a->id, "second factor");
}

enum err
account_second_factor_cmd(struct call *call)
{
	return change(call, "account.second_factor", "off", second_factor);
}

static enum err
set_permissions(struct call *call, struct account *a)
{
	struct ctx *c = &call->ctx;
	const char *grant = call_arg(call, "grant"), *revoke = call_arg(call, "revoke");

	if (call_flag(call, "all"))
		TRY(account_grant_all(c, a));
	if (grant != NULL)
		TRY(account_grant(c, a, grant));
	return revoke == NULL ? OK : account_revoke(c, a, revoke);
}

enum err
account_permissions_cmd(struct call *call)
{
	struct account a = {0};

	if (call_flag(call, "all") || call_arg(call, "grant") != NULL ||
		call_arg(call, "revoke") != NULL)
		return change(call, "account.permissions",
			arena_fmt(&call->ctx.arena, "%s%s %s%s",
				call_flag(call, "all") ? "all " : "",
				arg_or(call, "grant", ""),
				call_arg(call, "revoke") != NULL ? "-" : "",
				arg_or(call, "revoke", "")),
			set_permissions);
	TRY(call_account(call, "name", &a));
	return print_of(call, &ACCOUNT_PERMISSION_LINES, ARGS(&call->ctx, a.id),
		"no permissions");
}

static enum err
change_roles(struct call *call)
{
	struct account a = {0};

	TRY(call_account(call, "name", &a));
	return rights_change_role(
		&call->ctx, &a, call_arg(call, "give"), call_arg(call, "take"));
}

enum err
account_roles_cmd(struct call *call)
{
	struct account a = {0};

	if (call_arg(call, "give") != NULL || call_arg(call, "take") != NULL)
		TRY(call_in_tx(call, change_roles));
	TRY(call_account(call, "name", &a));
	return call_table(
		call, &ACCOUNT_ROLE_TABLE, ARGS(&call->ctx, a.id), "no roles");
}

static enum err
confirm_address(struct call *call, struct account *a)
{
	enum err e = registration_vouch(&call->ctx, a);

	if (e != E_EMAIL_TOKEN)
		return e;
	ctx_clear_error(&call->ctx);
	return fail(&call->ctx, E_INPUT, "this account has no address");
}

enum err
account_confirm_cmd(struct call *call)
{
	return change(call, "account.confirm_email", NULL, confirm_address);
}

static enum err
set_email(struct call *call, struct account *a)
{
	struct account named = {.email = call_arg(call, "new")};

	TRY(check_names(&call->ctx, &named));
	return address_set(&call->ctx, a, named.email);
}

enum err
account_email_cmd(struct call *call)
{
	return change(call, "account.change_email", NULL, set_email);
}

enum err
account_unconfirmed_cmd(struct call *call)
{
	struct ctx *c = &call->ctx;

	if (call_flag(call, "purge"))
		TRY(account_sweep(c));
	return call_table(call, &ACCOUNT_UNCONFIRMED_TABLE, ARGS(c), "none");
}

static enum err
end_sessions(struct call *call, struct account *a)
{
	return session_end_all(&call->ctx, a->id, "staff");
}

enum err
account_sessions_cmd(struct call *call)
{
	struct ctx *c = &call->ctx;
	struct account a = {0};

	if (call_flag(call, "end"))
		return change(call, "account.sessions", NULL, end_sessions);
	TRY(call_account(call, "name", &a));
	return call_table(
		call, &ACCOUNT_SESSION_TABLE, ARGS(c, a.id, c->now), "no live session");
}

enum err
account_export_cmd(struct call *call)
{
	struct account a = {0};

	TRY(call_account(call, "name", &a));
	return print_of(call, &ACCOUNT_EXPORT, ARGS(&call->ctx, a.id), "");
}

static enum err
erase(struct call *call, struct account *a)
{
	return account_erase(&call->ctx, a);
}

enum err
account_erase_cmd(struct call *call)
{
	struct ctx *c = &call->ctx;
	struct account a;

	TRY(call_account(call, "name", &a));
	TRY(call_confirm(call, arena_fmt(&c->arena, "Erase %s (account %lld) for ever?",
				       call_arg(call, "name"), (long long)a.id)));
	return change(call, "account.erase", NULL, erase);
}
