/* Pages for administrators: contract 12. No secret is shown, every action is audited.
 */
#include <string.h>

#include "account/account_job.h"
#include "account/audit.h"
#include "account/session.h"
#include "base/conf.h"
#include "base/hash.h"
#include "base/secret.h"
#include "base/str.h"
#include "db/db.h"
#include "input.h"
#include "messenger/admin.h"
#include "messenger/page.h"
#include "messenger/site.h"
#include "reply.h"

#include "messenger/admin.sql.h"

/* A page of another site does not know it: it belongs to this session. */
const char *
messenger_admin_csrf(struct req *r)
{
	struct ctx *c = &r->ctx;
	unsigned char mac[32];

	secret_mac(0,
		arena_fmt(&c->arena, "messenger admin\n%s",
			messenger_caller(r)->session.jti),
		mac);
	return hex_text(&c->arena, mac, sizeof(mac));
}

enum err
messenger_check_csrf(struct req *r, const char *in_form)
{
	const char *sent = in_form != NULL ? in_form : input_header(r, "X-Csrf-Token");

	return sent != NULL && str_same_secret(sent, messenger_admin_csrf(r))
		       ? OK
		       : fail(&r->ctx, E_ADMIN_MISSING,
				 "the form is of another session: load the page anew");
}

static void
add_link(struct req *r, struct buf *b, const char *path, const char *words)
{
	buf_fmt(b, "<li><a href=\"%s\">%s</a></li>\n",
		messenger_path(&r->ctx.arena, path), words);
}

/* GET /admin: what there is. */
enum err
messenger_get_admin(struct req *r)
{
	struct buf b = {.arena = &r->ctx.arena};

	buf_add(&b, "<ul>\n");
	add_link(r, &b, "/admin/user", "Users");
	add_link(r, &b, "/admin/refreshtoken", "Sessions");
	add_link(r, &b, "/admin/emailtoken", "Mailed links");
	add_link(r, &b, "/admin/report", "Reports");
	add_link(r, &b, "/admin/token-revoke", "Revoke sessions");
	buf_add(&b, "</ul>\n");
	return messenger_page(r, 200, conf.messenger_backend_name, NULL, b.text);
}

static void
add_table(struct buf *b, const struct db_table *t)
{
	buf_add(b, "<table border=\"1\">\n<tr>");
	for (size_t i = 0; i < t->columns; i++)
		buf_fmt(b, "<th>%s</th>", t->names[i]);
	buf_add(b, "</tr>\n");
	for (size_t i = 0; i < t->rows * t->columns; i++) {
		buf_add(b, i % t->columns == 0 ? "<tr><td>" : "<td>");
		buf_xml(b, t->cells[i] == NULL ? "" : t->cells[i]);
		buf_add(b, (i + 1) % t->columns == 0 ? "</td></tr>\n" : "</td>");
	}
	buf_add(b, "</table>\n");
}

/* Where the page begins: behind ?after=. */
int64_t
messenger_after(struct req *r)
{
	int64_t after = 0;

	for (size_t i = 0; i < r->pair_count; i++)
		if (str_eq(r->pairs[i].name, "after") &&
			!int_read(r->pairs[i].value, &after))
			after = 0;
	return after;
}

enum err
messenger_admin_table(struct req *r, const char *title, const char *path,
	struct db_table *t, const char *more)
{
	struct buf b = {.arena = &r->ctx.arena};

	add_table(&b, t);
	if (t->rows == ADMIN_ROWS)
		buf_fmt(&b, "<p><a href=\"%s?after=%s\">&gt;&gt;</a></p>\n",
			messenger_path(&r->ctx.arena, path),
			t->cells[(ADMIN_ROWS - 1) * t->columns]);
	buf_add(&b, more);
	return messenger_page(r, 200, title, NULL, b.text);
}

/* A form that removes the one whose number is typed. */
static const char *
delete_form(struct req *r, const char *path, const char *field)
{
	return arena_fmt(&r->ctx.arena,
		"<form method=\"post\" action=\"%s\"><input type=\"hidden\" "
		"name=\"csrf\" value=\"%s\">\n<label>%s <input name=\"%s\" "
		"required></label>\n<button>Delete</button></form>\n",
		messenger_path(&r->ctx.arena, path), messenger_admin_csrf(r), field,
		field);
}

/* GET /admin/user?after=: users, a hundred a page, and a form that locks one. */
enum err
messenger_get_admin_users(struct req *r)
{
	struct ctx *c = &r->ctx;
	struct db_table t;

	TRY(db_table(c, &MESSENGER_ADMIN_USERS, &t,
		ARGS(c, messenger_after(r), ADMIN_ROWS)));
	return messenger_admin_table(r, "Users", "/admin/user", &t,
		arena_fmt(&c->arena,
			"<form method=\"post\"><input type=\"hidden\" name=\"csrf\" "
			"value=\"%s\">\n<label>uuid <input name=\"user_uuid\" "
			"required></label>\n<label>reason <input "
			"name=\"reason\"></label>\n<button name=\"action\" "
			"value=\"lock\">Lock</button>\n<button name=\"action\" "
			"value=\"unlock\">Unlock</button></form>\n%s<form "
			"action=\"%s\"><label>uuid <input name=\"id\" "
			"required></label>\n<button>Edit</button></form>\n<p><a "
			"href=\"%s\">New user</a></p>\n",
			messenger_admin_csrf(r),
			delete_form(r, "/admin/user/delete", "user_uuid"),
			messenger_path(&c->arena, "/admin/user/edit"),
			messenger_path(&c->arena, "/admin/user/new")));
}

/* GET /admin/refreshtoken?after=: live sessions. */
enum err
messenger_get_admin_sessions(struct req *r)
{
	struct ctx *c = &r->ctx;
	struct db_table t;

	TRY(db_table(c, &MESSENGER_ADMIN_SESSIONS, &t,
		ARGS(c, messenger_after(r), ADMIN_ROWS, c->now)));
	return messenger_admin_table(r, "Sessions", "/admin/refreshtoken", &t,
		delete_form(r, "/admin/refreshtoken/delete", "jti"));
}

/* GET /admin/emailtoken?after=: links that were mailed. */
enum err
messenger_get_admin_links(struct req *r)
{
	struct ctx *c = &r->ctx;
	struct db_table t;

	TRY(db_table(c, &MESSENGER_ADMIN_LINKS, &t,
		ARGS(c, messenger_after(r), ADMIN_ROWS)));
	return messenger_admin_table(r, "Mailed links", "/admin/emailtoken", &t,
		delete_form(r, "/admin/emailtoken/delete", "uuid"));
}

/* -- revocation */

static void
add_revoke_form(struct req *r, struct buf *b, const char *field)
{
	buf_fmt(b,
		"<form method=\"post\"><input type=\"hidden\" name=\"csrf\" "
		"value=\"%s\">\n<label>%s <input name=\"%s\" required></label>\n"
		"<label><input type=\"checkbox\" name=\"do_delete\" value=\"true\"> "
		"for good</label>\n<button>Revoke</button></form>\n",
		messenger_admin_csrf(r), field, field);
}

/* GET /admin/token-revoke: users, sessions, what was revoked, and two forms. */
enum err
messenger_get_token_revoke(struct req *r)
{
	struct ctx *c = &r->ctx;
	struct buf b = {.arena = &c->arena};
	struct db_table t;

	add_revoke_form(r, &b, "user_uuid");
	add_revoke_form(r, &b, "target_jti");
	TRY(db_table(c, &MESSENGER_ADMIN_USERS, &t, ARGS(c, 0, ADMIN_ROWS)));
	add_table(&b, &t);
	TRY(db_table(c, &MESSENGER_ADMIN_SESSIONS, &t, ARGS(c, 0, ADMIN_ROWS, c->now)));
	add_table(&b, &t);
	TRY(db_table(c, &MESSENGER_ADMIN_REVOKED, &t, ARGS(c, 0, ADMIN_ROWS, c->now)));
	add_table(&b, &t);
	return messenger_page(r, 200, "Revoke sessions", NULL, b.text);
}

struct revoke_form {
	int64_t user_uuid, target_jti;
	const char *do_delete, *csrf;
};

INPUT(messenger_revoke_in, struct revoke_form, FIELD(struct revoke_form, user_uuid),
	FIELD(struct revoke_form, target_jti),
	FIELD(struct revoke_form, do_delete, .rule = messenger_bool_rule),
	FIELD(struct revoke_form, csrf));

static enum err
revoke_user(struct req *r, int64_t id, bool for_good)
{
	struct ctx *c = &r->ctx;
	int64_t live;

	TRY(db_int(c, &MESSENGER_ADMIN_LIVE, &live, ARGS(c, id, c->now)));
	if (live == 0)
		return fail(c, E_PERSON_GONE, NULL);
	return for_good ? session_end_face(c, id, "messenger", "staff")
			: session_end_access(c, id, "messenger", "staff");
}

enum err
messenger_revoke_session(struct req *r, int64_t number, bool for_good)
{
	struct ctx *c = &r->ctx;
	const char *family;

	TRY(db_json(c, &MESSENGER_ADMIN_FAMILY, &family, ARGS(c, number, c->now)));
	if (family[0] == '\0')
		return fail(c, E_REFRESH_INVALID, NULL);
	return for_good ? session_end_family(c, family, "staff")
			: session_end_family_access(c, family, "staff");
}

/* POST /admin/token-revoke {user_uuid or target_jti, do_delete}: 303. E_PERSON_GONE,
 * E_REFRESH_INVALID. */
enum err
messenger_post_token_revoke(struct req *r)
{
	const struct revoke_form *in = r->in;
	struct ctx *c = &r->ctx;
	bool for_good = str_eq(in->do_delete, "true");
	int64_t id = in->user_uuid != 0 ? in->user_uuid : in->target_jti;

	TRY(messenger_check_csrf(r, in->csrf));
	if (id == 0) {
		ctx_clear_error(c);
		field_error_add(c, (struct field_error){.place = "body",
					   .field = "user_uuid",
					   .kind = FIELD_ERROR_MISSING});
		return field_error_add(c, (struct field_error){.place = "body",
						  .field = "target_jti",
						  .kind = FIELD_ERROR_MISSING});
	}
	TRY(in->user_uuid != 0 ? revoke_user(r, id, for_good)
			       : messenger_revoke_session(r, id, for_good));
	TRY(audit_add(c, "messenger.revoke", in->user_uuid != 0 ? "account" : "session",
		arena_fmt(&c->arena, "%lld", (long long)id), NULL));
	reply_header(r, "Location", messenger_path(&c->arena, "/admin/token-revoke"));
	return messenger_answer(r, 303, 200, "http.ok", NULL);
}

/* -- copies of contacts */

struct flush_form {
	bool flushUserDB, flushTaskQueue;
	const char *csrf;
};

INPUT(messenger_flush_in, struct flush_form, FIELD(struct flush_form, flushUserDB),
	FIELD(struct flush_form, flushTaskQueue), FIELD(struct flush_form, csrf));

/*
 * POST /admin/userdb-flush {flushUserDB: true} or {flushTaskQueue: true}: 200. All
 * copies, or those that wait for changes, are built anew when they are asked for next.
 */
enum err
messenger_post_flush(struct req *r)
{
	const struct flush_form *in = r->in;
	struct ctx *c = &r->ctx;

	TRY(messenger_check_csrf(r, in->csrf));
	if (!in->flushUserDB && !in->flushTaskQueue)
		return fail(c, E_BODY_EMPTY, NULL);
	TRY(db_do(c, &MESSENGER_ADMIN_STALE, ARGS(c, !in->flushUserDB)));
	TRY(audit_add(c, "messenger.flush", "sync_file", "", NULL));
	return messenger_reply(r, 200, "http.ok", NULL);
}

/* -- mails */

#define MAIL_TEST_MOST 1800 /* bytes: sealed, they are what an index of jobs has */

struct mail_form {
	const char *from_address, *to_address, *title, *body, *csrf;
};

INPUT(messenger_mail_test_in, struct mail_form,
	FIELD(struct mail_form, from_address, .max = 254),
	FIELD(struct mail_form, to_address, .must = true, .rule = email_rule),
	FIELD(struct mail_form, title, .must = true, .max = 200),
	FIELD(struct mail_form, body, .must = true, .max = 4000),
	FIELD(struct mail_form, csrf));

/*
 * POST /admin/mail-test {to_address, title, body}: 201, the mail is queued. The sender
 * is always mail.from, whatever from_address says. E_DENIED: mails are off.
 */
enum err
messenger_post_mail_test(struct req *r)
{
	const struct mail_form *in = r->in;

	TRY(messenger_check_csrf(r, in->csrf));
	if (!conf.messenger_mail)
		return messenger_fail_list(r, E_DENIED, "resource_name", "mail");
	if (strlen(in->title) + strlen(in->body) > MAIL_TEST_MOST)
		return messenger_field_error(r, "body", "is longer than 1,800 bytes");
	TRY(mail_test(&r->ctx, in->to_address, in->title, in->body));
	TRY(audit_add(&r->ctx, "messenger.mail_test", "mail", "", NULL));
	return messenger_reply(r, 201, "resource.created", NULL);
}
