#include "cards/member_card.h"

#include <string.h>

#include "account/audit.h"
#include "base/conf.h"
#include "base/str.h"
#include "cards/code.h"
#include "cards/drawing.h"
#include "cards/publish.h"
#include "db/db.h"
#include "job/job.h"

#include "cards/member_card.sql.h"

static FIELDS(shown_fields, FIELD(struct card_shown, json),
	FIELD(struct card_shown, id), FIELD(struct card_shown, version),
	FIELD(struct card_shown, uuid), FIELD(struct card_shown, status),
	FIELD(struct card_shown, code));

enum err
member_card_show(struct ctx *c, const char *uuid, int64_t owner, struct card_shown *out)
{
	return db_one(c, &CARDS_SHOWN_GET, shown_fields, out, ARGS(c, uuid, owner));
}

static enum err
note(struct ctx *c, int64_t card, const char *what, const char *data)
{
	return db_do(c, &CARDS_HISTORY_ADD,
		ARGS(c, card, c->now, c->actor, what, (int64_t)0, data));
}

/* What follows from what is said: the card lacks something, or is to be drawn. */
enum err
member_card_settle(struct ctx *c, int64_t card)
{
	int64_t due;
	const char *id = arena_fmt(&c->arena, "%lld", (long long)card);

	TRY(db_int(c, &CARDS_SETTLE, &due, ARGS(c, card)));
	if (due == 0)
		return OK;
	return job_add(
		c, &(struct job_order){.kind = "card.draw", .subject = id, .key = id});
}

/* -- whose it is */

struct member {
	int64_t id;
	const char *name, *surname;
};

static FIELDS(member_fields, FIELD(struct member, id), FIELD(struct member, name),
	FIELD(struct member, surname));

struct member_id {
	int64_t id;
};

static FIELDS(id_fields, FIELD(struct member_id, id));

static enum err
change_member(struct ctx *c, int64_t id, const struct card_data *d, bool *changed)
{
	enum err e = db_do(c, &CARDS_MEMBER_CHANGE,
		ARGS(c, id, d->name, d->surname, d->latin_name, d->no_latin_name,
			d->number, c->now));
	*changed = c->rows > 0;
	return e;
}

static enum err
member_of_user(struct ctx *c, const struct card_data *d, int64_t *out)
{
	struct member_id m = {0};
	bool found, changed;

	TRY(db_maybe(
		c, &CARDS_MEMBER_BY_USER, id_fields, &m, &found, ARGS(c, d->user_id)));
	if (!found)
		TRY(db_maybe(c, &CARDS_MEMBER_OF_ACCOUNT, id_fields, &m, &found,
			ARGS(c, d->user_id, d->name, d->surname, d->number, c->now)));
	if (!found)
		return field_error_add(c, (struct field_error){.place = "body",
						  .field = "user_id",
						  .kind = FIELD_ERROR_FORM,
						  .words = "is nobody's"});
	*out = m.id;
	return change_member(c, m.id, d, &changed);
}

/* A number is one person's: somebody else's name with it is a mistake. */
static enum err
member_of_names(struct ctx *c, const struct card_data *d, int64_t *out)
{
	struct member m = {0};
	struct member_id made = {0};
	bool found = false, changed;

	if (d->number >= 0)
		TRY(db_maybe(c, &CARDS_MEMBER_BY_NUMBER, member_fields, &m, &found,
			ARGS(c, d->number)));
	if (found) {
		if (!str_eq(m.name, d->name == NULL ? "" : d->name) ||
			!str_eq(m.surname, d->surname == NULL ? "" : d->surname))
			return fail(c, E_CARD_NUMBER, NULL);
		*out = m.id;
		return change_member(c, m.id, d, &changed);
	}
	TRY(db_one(c, &CARDS_MEMBER_INSERT, id_fields, &made,
		ARGS(c, d->name, d->surname, d->latin_name, d->number, c->now)));
	*out = made.id;
	return OK;
}

/* -- cards */

static const char *
day(struct ctx *c, struct date d)
{
	return d.year == 0 ? NULL : date_iso(&c->arena, d);
}

enum err
member_card_add(struct ctx *c, const struct card_data *d, const char *replaces,
	struct card_shown *out)
{
	const char *uuid;
	int64_t member = 0;

	TRY(d->user_id != NULL ? member_of_user(c, d, &member)
			       : member_of_names(c, d, &member));
	TRY(db_json(c, &CARDS_CARD_INSERT, &uuid,
		ARGS(c, code_new(&c->arena, conf.cards_sandbox), member, d->role,
			d->level, day(c, d->issued), day(c, d->valid_until), replaces,
			c->now)));
	TRY(member_card_show(c, uuid, 0, out));
	TRY(note(c, out->id, "made", NULL));
	TRY(member_card_settle(c, out->id));
	TRY(audit_add(c, "card.add", "card", uuid, NULL));
	return member_card_show(c, uuid, 0, out);
}

/* A card whose row stays locked; json is the member's id. */
static enum err
lock(struct ctx *c, const char *uuid, struct card_shown *out, int64_t *member)
{
	TRY(db_one(c, &CARDS_LOCK, shown_fields, out, ARGS(c, uuid)));
	return int_read(out->json, member) ? OK : fail(c, E_BUG, NULL);
}

/* A member's other cards show the same name. */
static enum err
settle_others(struct ctx *c, int64_t member, int64_t card)
{
	struct card_shown *others = NULL;
	size_t count = 0;

	TRY(db_many(c, &CARDS_OF_MEMBER, shown_fields, &others, &count,
		ARGS(c, member, card)));
	for (size_t i = 0; i < count; i++) {
		TRY(db_do(c, &CARDS_BUMP, ARGS(c, others[i].id, c->now)));
		TRY(note(c, others[i].id, "changed", NULL));
		TRY(member_card_settle(c, others[i].id));
	}
	return OK;
}

enum err
member_card_renamed(struct ctx *c, int64_t member)
{
	return settle_others(c, member, 0);
}

enum err
member_card_change(struct ctx *c, const char *uuid, const struct card_data *d,
	int64_t version, struct card_shown *out)
{
	int64_t member = 0;
	bool renamed = false;
	struct card_shown before = {0};
	const char *difference;

	TRY(lock(c, uuid, out, &member));
	if (str_eq(out->status, "withdrawn"))
		return fail(c, E_CARD_WITHDRAWN, NULL);
	TRY(member_card_show(c, uuid, 0, &before));
	TRY(db_do(c, &CARDS_CARD_CHANGE,
		ARGS(c, out->id, d->role, d->level, day(c, d->issued),
			day(c, d->valid_until), d->no_valid_until, version, c->now)));
	TRY(change_member(c, member, d, &renamed));
	TRY(member_card_settle(c, out->id));
	if (renamed)
		TRY(settle_others(c, member, out->id));
	TRY(member_card_show(c, uuid, 0, out));
	TRY(audit_difference(c, before.json, out->json, NULL, &difference));
	TRY(note(c, out->id, "changed", NULL));
	return audit_add(c, "card.change", "card", uuid, difference);
}

enum err
member_card_withdraw(
	struct ctx *c, const char *uuid, const char *why, struct card_shown *out)
{
	int64_t member = 0;

	TRY(lock(c, uuid, out, &member));
	if (!str_eq(out->status, "withdrawn")) {
		TRY(db_do(c, &CARDS_WITHDRAW, ARGS(c, out->id, c->now, why)));
		TRY(drawing_forget(c, out->id));
		TRY(publish_order(c));
		TRY(note(c, out->id, "withdrawn", NULL));
		TRY(audit_add(c, "card.withdraw", "card", uuid, NULL));
	}
	return member_card_show(c, uuid, 0, out);
}

enum err
member_card_redraw(struct ctx *c, const char *uuid, struct card_shown *out)
{
	int64_t member = 0;

	TRY(lock(c, uuid, out, &member));
	if (str_eq(out->status, "withdrawn"))
		return fail(c, E_CARD_WITHDRAWN, NULL);
	if (str_eq(out->status, "incomplete"))
		return fail(c, E_CONFLICT, "the card is incomplete");
	TRY(member_card_settle(c, out->id));
	TRY(note(c, out->id, "asked for again", NULL));
	TRY(audit_add(c, "card.redraw", "card", uuid, NULL));
	return member_card_show(c, uuid, 0, out);
}

enum err
member_card_recode(struct ctx *c, const char *uuid, struct card_shown *out)
{
	int64_t member = 0;

	TRY(lock(c, uuid, out, &member));
	if (str_eq(out->status, "withdrawn"))
		return fail(c, E_CARD_WITHDRAWN, NULL);
	TRY(db_do(c, &CARDS_RECODE,
		ARGS(c, out->id, code_new(&c->arena, conf.cards_sandbox), c->now)));
	TRY(member_card_settle(c, out->id));
	TRY(note(c, out->id, "recoded", NULL));
	TRY(audit_add(c, "card.recode", "card", uuid, NULL));
	return member_card_show(c, uuid, 0, out);
}

enum err
member_card_page(struct ctx *c, const struct card_question *question, const char **json)
{
	return db_json(c, &CARDS_PAGE, json,
		ARGS(c, question->role, question->status, question->q, question->after,
			question->owner, question->limit, question->total));
}

enum err
cards_redraw_job(struct ctx *c, const struct job *job)
{
	const struct job_kind *kind = job_kind("card.draw");

	if (kind == NULL)
		return fail(c, E_BUG, NULL);
	return db_do(c, &CARDS_REDRAW_ROLE,
		ARGS(c, job->subject, (int64_t)JOB_BULK, (int64_t)kind->tries,
			c->request_id));
}
