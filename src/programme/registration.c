/* Registration by the bot: docs/programme.md. */
#include <libintl.h>
#include <string.h>

#include "base/conf.h"
#include "base/str.h"
#include "db/db.h"
#include "programme/answer.h"
#include "programme/form.h"
#include "programme/update_handlers.h"

#include "programme/registration.sql.h"

#define _(text) gettext(text)

struct row {
	const char *id, *status;
	int64_t is_repeated; /* of a request */
};

static FIELDS(shift_fields, FIELD(struct row, id), FIELD(struct row, status));
static FIELDS(request_fields, FIELD(struct row, id), FIELD(struct row, status),
	FIELD(struct row, is_repeated));
static FIELDS(id_fields, FIELD(struct row, id));

static enum err
say(struct ctx *c, const struct update *u, const char *what, const char *text,
	const char *keyboard)
{
	return answer_say(c, answer_key(c, u, what), u->chat_id, text, keyboard);
}

/* Who has a task today keeps its buttons. */
static const char *
keyboard_after(struct ctx *c, const struct person *p)
{
	return p != NULL && p->is_member ? keyboard_task(c) : keyboard_none();
}

static const char *
form_address(struct ctx *c, bool known, const struct form *f)
{
	const char *page = arena_fmt(&c->arena, "%s%stelegram/registration_form",
		conf.site_url, conf.site_root_path);

	if (f == NULL)
		return page;
	return arena_fmt(&c->arena, "%s?%stoken=%s", page, known ? "update=true&" : "",
		form_token(c, f));
}

static enum err
say_closed(struct ctx *c, const struct update *u, const struct person *p)
{
	return say(c, u, "closed",
		arena_fmt(&c->arena,
			_("Registration is closed at the moment. The group tells when "
			  "it opens: %s"),
			conf.programme_group_url),
		keyboard_after(c, p));
}

static enum err
say_pending(struct ctx *c, const struct update *u, const struct person *p)
{
	return say(c, u, "pending",
		_("Your application is under review already. You will be told the "
		  "result."),
		keyboard_after(c, p));
}

static enum err
say_approved(struct ctx *c, const struct update *u, const struct person *p)
{
	return say(c, u, "approved",
		arena_fmt(&c->arena,
			_("You are registered already. Wait for the first task; the "
			  "group tells the dates: %s"),
			conf.programme_group_url),
		keyboard_after(c, p));
}

/* Who has tasks hears neither that registration is closed nor of a first task. */
static enum err
say_member(struct ctx *c, const struct update *u)
{
	return say(c, u, "member",
		arena_fmt(&c->arena,
			_("You take part in the shift already: a new task comes every "
			  "day at %02lld:00."),
			(long long)conf.programme_new_task_hour),
		keyboard_task(c));
}

static enum err
open_shift(struct ctx *c, struct row *shift, bool *open)
{
	return db_maybe(c, &REGISTRATION_SHIFT, shift_fields, shift, open,
		ARGS(c, utc_date(c->now), conf.programme_join_days));
}

static enum err
request_to(struct ctx *c, const char *shift, const struct person *p, struct row *out)
{
	bool found;

	*out = (struct row){.status = ""};
	return p == NULL ? OK
			 : db_maybe(c, &REGISTRATION_REQUEST, request_fields, out,
				   &found, ARGS(c, p->id, shift));
}

static enum err
offer_to_known(struct ctx *c, const struct update *u, const struct person *p)
{
	const struct form f = {
		p->name, p->surname, p->born, p->city, p->phone_number, {0}};

	return say(c, u, "offer",
		_("Press the button to check your data and apply for the shift."),
		keyboard_form(c, _("Apply for the shift"), form_address(c, true, &f),
			p->is_member));
}

enum err
on_start(struct ctx *c, const struct update *u, const struct person *p)
{
	struct row shift = {0}, request;
	bool open;

	TRY(say(c, u, "about",
		_("Hello! This is the bot of the project \"Breaking barriers\". It "
		  "helps a special child to become more independent: every day there "
		  "is a household task, for a photo of what has been done there are "
		  "lombaryers, and at the end of the shift they are exchanged for "
		  "awards."),
		NULL));
	if (p == NULL)
		return say(c, u, "offer",
			_("Press the button to open the form and register."),
			keyboard_form(c, _("Register in the project"),
				form_address(c, false, NULL), false));
	TRY(open_shift(c, &shift, &open));
	if (!open)
		return p->is_member ? say_member(c, u) : say_closed(c, u, p);
	TRY(request_to(c, shift.id, p, &request));
	if (str_eq(request.status, "pending"))
		return say_pending(c, u, p);
	if (str_eq(request.status, "approved"))
		return p->is_member && str_eq(shift.status, "started")
			       ? say_member(c, u)
			       : say_approved(c, u, p);
	return offer_to_known(c, u, p);
}

static enum err
form_again(struct ctx *c, const struct update *u, const struct person *p,
	const struct form *given, const char *wrong)
{
	return say(c, u, "wrong", wrong,
		keyboard_form(c, _("Correct the data"),
			form_address(c, p != NULL, given), p != NULL && p->is_member));
}

/* The same letters, but for the two dots that many leave out. */
static bool
same_word(struct ctx *c, const char *a, const char *b)
{
	const char *words[] = {a, b}, *plain[2];

	for (int i = 0; i < 2; i++) {
		char *out = arena_new(&c->arena, strlen(words[i]) + 1), *end = out;
		uint32_t u;

		for (const char *s = words[i]; (u = utf8_next(&s)) != 0;)
			end += utf8_put(end, u == 0x451   ? 0x435
					     : u == 0x401 ? 0x415
							  : u);
		plain[i] = out;
	}
	return str_eq(plain[0], plain[1]);
}

/*
 * A chat is one participant's, and past shifts show the name of today: who has been
 * admitted, or has applied to another shift, may correct a birth date or a surname, and
 * does not become somebody else by a form.
 */
static enum err
is_somebody_else(struct ctx *c, const struct person *p, const struct form *f,
	const char *shift, bool *out)
{
	const char *born = arena_fmt(
		&c->arena, "%02d.%02d.%04d", f->born.day, f->born.month, f->born.year);
	int64_t history;

	*out = false;
	if (p == NULL || (same_word(c, p->name, f->name) &&
				 (str_eq(p->born, born) ||
					 same_word(c, p->surname, f->surname))))
		return OK;
	TRY(db_int(c, &REGISTRATION_HISTORY, &history, ARGS(c, p->id, shift)));
	*out = history > 0;
	return OK;
}

static enum err
say_somebody_else(struct ctx *c, const struct update *u, const struct person *p)
{
	const struct form f = {
		p->name, p->surname, p->born, p->city, p->phone_number, {0}};

	return say(c, u, "other",
		arena_fmt(&c->arena,
			_("This chat is that of the participant %s %s. For another "
			  "child open the bot from another Telegram account and send "
			  "/start. If it is the same child and the name or the date of "
			  "birth must be corrected, write to %s."),
			p->name, p->surname, conf.mail_from),
		keyboard_form(c, _("Apply for the shift"), form_address(c, true, &f),
			p->is_member));
}

/* The person, new or changed. Whose data change is looked at again. */
static enum err
write_person(struct ctx *c, const struct update *u, const struct person *p,
	const struct form *f, const char **id)
{
	struct row row = {0};

	if (p != NULL) {
		*id = p->id;
		return db_do(c, &REGISTRATION_CHANGE_PERSON,
			ARGS(c, p->id, f->name, f->surname, f->born, f->city,
				f->phone_number, c->now));
	}
	TRY(db_one(c, &REGISTRATION_ADD_PERSON, id_fields, &row,
		ARGS(c, f->name, f->surname, f->born, f->city, f->phone_number,
			u->chat_id, c->now)));
	*id = row.id;
	return OK;
}

static enum err
write_request(
	struct ctx *c, const char *person, const char *shift, const struct row *request)
{
	if (request->id == NULL)
		return db_do(
			c, &REGISTRATION_ADD_REQUEST, ARGS(c, person, shift, c->now));
	return db_do(c, &REGISTRATION_REOPEN_REQUEST, ARGS(c, request->id, c->now));
}

static enum err
accept_form(struct ctx *c, const struct update *u, const struct person *p,
	const struct form *f, const struct row *shift, const struct row *request)
{
	const char *id;

	TRY(write_person(c, u, p, f, &id));
	TRY(write_request(c, id, shift->id, request));
	return say(c, u, "accepted",
		p == NULL ? _("Thank you, your data are accepted! Looking at them "
			      "takes a while; you will be told the result.")
			  : _("Thank you, your application for the shift is accepted! "
			      "You will be told the result."),
		keyboard_after(c, p));
}

/*
 * Everything is checked before anything is written. The shift is locked against its
 * cancellation at this very moment.
 */
enum err
on_form(struct ctx *c, const struct update *u, const struct person *p)
{
	struct buf wrong = {.arena = &c->arena};
	struct row shift = {0}, request;
	struct form given, f;
	int64_t others;
	bool open, somebody_else;

	form_read(c, u->text, &given);
	f = given;
	if (!form_check(c, &f, &wrong))
		return form_again(c, u, p, &given, buf_text(&wrong));
	TRY(open_shift(c, &shift, &open));
	if (!open)
		return say_closed(c, u, p);
	TRY(request_to(c, shift.id, p, &request));
	if (str_eq(request.status, "pending"))
		return say_pending(c, u, p);
	if (str_eq(request.status, "approved"))
		return say_approved(c, u, p);
	TRY(is_somebody_else(c, p, &f, shift.id, &somebody_else));
	if (somebody_else)
		return say_somebody_else(c, u, p);
	if (request.id != NULL && request.is_repeated >= conf.programme_max_requests)
		return say(c, u, "limit",
			arena_fmt(&c->arena,
				_("There were too many applications for this shift. "
				  "Write to the group: %s"),
				conf.programme_group_url),
			keyboard_after(c, p));
	TRY(db_int(c, &REGISTRATION_PHONE_TAKEN, &others,
		ARGS(c, f.phone_number, u->chat_id)));
	if (others > 0)
		return form_again(c, u, p, &given,
			_("A participant with this phone number exists already. Please "
			  "give another number."));
	return accept_form(c, u, p, &f, &shift, &request);
}
