/* Users and what they hold, one by one, for administrators: contract 12. */
#include <string.h>

#include "account/account.h"
#include "account/audit.h"
#include "account/session.h"
#include "base/str.h"
#include "db/db.h"
#include "input.h"
#include "messenger/admin.h"
#include "messenger/email.h"
#include "messenger/page.h"
#include "messenger/signup.h"
#include "messenger/site.h"
#include "messenger/user.h"
#include "reply.h"

#include "messenger/admin_user.sql.h"

static void
add_field(struct buf *b, const char *type, const char *name, const char *value)
{
	buf_fmt(b, "<label>%s <input type=\"%s\" name=\"%s\" value=\"", name, type,
		name);
	buf_xml(b, value == NULL ? "" : value);
	buf_add(b, "\"></label>\n");
}

static void
begin_form(struct req *r, struct buf *b)
{
	buf_fmt(b,
		"<form method=\"post\"><input type=\"hidden\" name=\"csrf\" "
		"value=\"%s\">\n",
		messenger_admin_csrf(r));
}

/* Done: back to the list. */
static enum err
go_to(struct req *r, const char *path)
{
	reply_header(r, "Location", messenger_path(&r->ctx.arena, path));
	return messenger_answer(r, 303, 200, "http.ok", NULL);
}

/* -- a new one */

/* GET /admin/user/new: a form. */
enum err
messenger_get_admin_new(struct req *r)
{
	struct buf b = {.arena = &r->ctx.arena};

	begin_form(r, &b);
	add_field(&b, "text", "id", NULL);
	add_field(&b, "password", "pw", NULL);
	add_field(&b, "text", "nick", NULL);
	add_field(&b, "email", "email", NULL);
	buf_add(&b, "<button>Create</button></form>\n");
	return messenger_page(r, 200, "New user", NULL, buf_text(&b));
}

struct new_form {
	const char *id, *pw, *nick, *email, *csrf;
};

INPUT(messenger_admin_new_in, struct new_form, FIELD(struct new_form, id, .must = true),
	FIELD(struct new_form, pw, .must = true, .as_typed = true),
	FIELD(struct new_form, nick, .must = true),
	FIELD(struct new_form, email, .must = true), FIELD(struct new_form, csrf));

/* POST /admin/user/new {id, pw, nick, email}: 303; the address is mailed the link that
 * confirms it. 422 and E_TAKEN as a sign-up. */
enum err
messenger_post_admin_new(struct req *r)
{
	const struct new_form *in = r->in;
	struct new_person person = {in->id, in->pw, in->nick, in->email};
	struct ctx *c = &r->ctx;

	TRY(messenger_check_csrf(r, in->csrf));
	TRY(messenger_check_person(r, &person));
	struct account a = {.username = person.id,
		.email = person.email,
		.name = "",
		.surname = ""};
	/* Nobody has shown that the mailbox is theirs, so an invitation of staff to it
	 * still counts. */
	TRY(account_register(c, &a, person.pw));
	TRY(user_add(c, a.id, person.nick));
	TRY(messenger_ask_to_confirm(r, a.id));
	TRY(audit_add(c, "account.create", "account", a.uuid, NULL));
	return go_to(r, "/admin/user");
}

/* -- one that is there */

struct shown {
	const char *nickname, *description;
};

static FIELDS(
	shown_fields, FIELD(struct shown, nickname), FIELD(struct shown, description));

struct id_query {
	int64_t id;
};

INPUT(messenger_admin_edit_query, struct id_query,
	FIELD(struct id_query, id, .must = true));

/* GET /admin/user/edit?id=: a form with what may be changed. E_PERSON_GONE. */
enum err
messenger_get_admin_edit(struct req *r)
{
	const struct id_query *in = r->in;
	struct ctx *c = &r->ctx;
	struct buf b = {.arena = &c->arena};
	struct shown shown = {0};

	TRY(db_one(c, &MESSENGER_ADMIN_USER, shown_fields, &shown, ARGS(c, in->id)));
	begin_form(r, &b);
	buf_fmt(&b, "<input type=\"hidden\" name=\"user_uuid\" value=\"%lld\">\n",
		(long long)in->id);
	add_field(&b, "text", "nickname", shown.nickname);
	add_field(&b, "text", "description", shown.description);
	buf_add(&b, "<button>Save</button></form>\n");
	return messenger_page(r, 200, "User", NULL, buf_text(&b));
}

struct edit_form {
	int64_t user_uuid;
	const char *nickname, *description, *csrf;
};

INPUT(messenger_admin_edit_in, struct edit_form,
	FIELD(struct edit_form, user_uuid, .must = true),
	FIELD(struct edit_form, nickname, .min = 1, .max = 64, .rule = plain_text_rule),
	FIELD(struct edit_form, description, .max = 2000),
	FIELD(struct edit_form, csrf));

/* Whom an administrator of the messenger may change: somebody of the messenger, and
 * nobody who works or administers elsewhere. E_PERSON_GONE, E_SUPERADMIN. */
static enum err
find(struct req *r, int64_t id, struct account *a)
{
	struct ctx *c = &r->ctx;
	struct shown shown = {0};

	TRY(db_one(c, &MESSENGER_ADMIN_USER, shown_fields, &shown, ARGS(c, id)));
	TRY(account_by_id(c, id, a));
	return a->is_superuser || a->role != NULL ? fail(c, E_SUPERADMIN, NULL) : OK;
}

/* The same, but not oneself. */
static enum err
find_other(struct req *r, int64_t id, struct account *a)
{
	TRY(find(r, id, a));
	return a->id == r->ctx.actor ? fail(&r->ctx, E_SUPERADMIN, NULL) : OK;
}

/* POST /admin/user/edit {user_uuid, nickname, description}: 303. E_PERSON_GONE,
 * E_TAKEN, E_SUPERADMIN. */
enum err
messenger_post_admin_edit(struct req *r)
{
	const struct edit_form *in = r->in;
	struct ctx *c = &r->ctx;
	struct account a = {0};

	TRY(messenger_check_csrf(r, in->csrf));
	TRY(find(r, in->user_uuid, &a));
	enum err e = user_change(c, a.id, in->nickname, NULL, in->description);
	if (e == E_TAKEN)
		return messenger_taken(r, "nickname");
	TRY(e);
	TRY(audit_add(c, "messenger.change", "account", a.uuid, NULL));
	return go_to(r, "/admin/user");
}

struct user_form {
	int64_t user_uuid;
	const char *action, *reason, *csrf;
};

INPUT(messenger_admin_user_in, struct user_form,
	FIELD(struct user_form, user_uuid, .must = true),
	FIELD(struct user_form, action, .must = true, .one_of = "lock unlock"),
	FIELD(struct user_form, reason, .max = 200), FIELD(struct user_form, csrf));

/* POST /admin/user {user_uuid, action, reason}: 303. E_PERSON_GONE, E_SUPERADMIN. */
enum err
messenger_post_admin_user(struct req *r)
{
	const struct user_form *in = r->in;
	struct ctx *c = &r->ctx;
	struct account a = {0};
	bool lock = str_eq(in->action, "lock");

	TRY(messenger_check_csrf(r, in->csrf));
	TRY(find_other(r, in->user_uuid, &a));
	TRY(account_set_status(c, &a, lock ? "locked" : "active", in->reason));
	if (!lock)
		TRY(db_do(c, &MESSENGER_ADMIN_SHOW, ARGS(c, a.id)));
	TRY(audit_add(
		c, lock ? "account.lock" : "account.unlock", "account", a.uuid, NULL));
	return go_to(r, "/admin/user");
}

struct delete_form {
	int64_t user_uuid, jti, uuid;
	const char *csrf;
};

INPUT(messenger_admin_delete_in, struct delete_form,
	FIELD(struct delete_form, user_uuid, .must = true),
	FIELD(struct delete_form, csrf));

/* POST /admin/user/delete {user_uuid}: 303; deactivated, and hidden. E_PERSON_GONE,
 * E_SUPERADMIN. */
enum err
messenger_post_admin_delete(struct req *r)
{
	const struct delete_form *in = r->in;
	struct ctx *c = &r->ctx;
	struct account a = {0};

	TRY(messenger_check_csrf(r, in->csrf));
	TRY(find_other(r, in->user_uuid, &a));
	TRY(account_set_status(c, &a, "deactivated", "DELETED_BY_STAFF"));
	TRY(user_hide(c, a.id, c->actor));
	TRY(audit_add(c, "account.deactivate", "account", a.uuid, NULL));
	return go_to(r, "/admin/user");
}

/* -- what they hold */

INPUT(messenger_admin_session_in, struct delete_form,
	FIELD(struct delete_form, jti, .must = true), FIELD(struct delete_form, csrf));

/* POST /admin/refreshtoken/delete {jti}: 303; the session ends for good.
 * E_REFRESH_INVALID. */
enum err
messenger_post_session_delete(struct req *r)
{
	const struct delete_form *in = r->in;
	struct ctx *c = &r->ctx;

	TRY(messenger_check_csrf(r, in->csrf));
	TRY(messenger_revoke_session(r, in->jti, true));
	TRY(audit_add(c, "messenger.revoke", "session",
		arena_fmt(&c->arena, "%lld", (long long)in->jti), NULL));
	return go_to(r, "/admin/refreshtoken");
}

INPUT(messenger_admin_link_in, struct delete_form,
	FIELD(struct delete_form, uuid, .must = true), FIELD(struct delete_form, csrf));

/* POST /admin/emailtoken/delete {uuid}: 303; the link is not known any more.
 * E_LINK_USED: it is not. */
enum err
messenger_post_link_delete(struct req *r)
{
	const struct delete_form *in = r->in;
	struct ctx *c = &r->ctx;

	TRY(messenger_check_csrf(r, in->csrf));
	TRY(db_do(c, &MESSENGER_ADMIN_LINK_DELETE, ARGS(c, in->uuid)));
	TRY(audit_add(c, "messenger.link_delete", "email_token",
		arena_fmt(&c->arena, "%lld", (long long)in->uuid), NULL));
	return go_to(r, "/admin/emailtoken");
}
