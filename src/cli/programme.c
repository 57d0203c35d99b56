#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "cli/commands.h"
#include "db/db.h"
#include "programme/task_date.h"
#include "programme/outbox.h"
#include "programme/person.h"
#include "programme/photo_files.h"

#include "cli/programme.sql.h"

enum err
programme_shift_list_cmd(struct call *call)
{
	struct ctx *c = &call->ctx;
	const char *status = call_arg(call, "status");

	if (status != NULL &&
		!str_in(status,
			"preparing started ready_for_complete finished cancelled"))
		return fail(c, E_INPUT,
			"status: preparing, started, ready_for_complete, finished or "
			"cancelled");
	return call_table(call, &PROGRAMME_SHIFT_TABLE, ARGS(c, status), "no shifts");
}

enum err
programme_member_find_cmd(struct call *call)
{
	struct ctx *c = &call->ctx;

	return call_table(call, &PROGRAMME_PEOPLE_TABLE,
		ARGS(c, call_arg(call, "words")), "nobody");
}

/* What a command does to one person, in one transaction. */
static enum err
change(struct call *call, enum err (*run)(struct call *call, struct person *p))
{
	struct ctx *c = &call->ctx;
	struct person p = {0};

	TRY(db_begin(c));
	enum err e = person_find(c, call_arg(call, "person"), &p);
	if (e == OK)
		e = run(call, &p);
	return db_end(c, e);
}

static enum err
resend(struct call *call, struct person *p)
{
	int64_t count;

	TRY(person_resend(&call->ctx, p, call_flag(call, "task"), &count));
	printf("%" PRId64 " to be sent\n", count);
	return OK;
}

enum err
programme_resend_cmd(struct call *call)
{
	return change(call, resend);
}

static enum err
resend_presumed(struct call *call)
{
	struct ctx *c = &call->ctx;
	int64_t count;

	TRY(outbox_resend_presumed(c, programme_task_date(c->now), &count));
	printf("%" PRId64 " to be sent\n", count);
	return OK;
}

enum err
programme_resend_presumed_cmd(struct call *call)
{
	return call_in_tx(call, resend_presumed);
}

static enum err
exclude(struct call *call, struct person *p)
{
	return person_exclude(&call->ctx, p, call_flag(call, "quiet"));
}

enum err
programme_exclude_cmd(struct call *call)
{
	TRY(change(call, exclude));
	puts("done");
	return OK;
}

static enum err
restore(struct call *call, struct person *p)
{
	return person_restore(&call->ctx, p);
}

enum err
programme_restore_cmd(struct call *call)
{
	TRY(change(call, restore));
	puts("done");
	return OK;
}

static enum err
correct(struct call *call, struct person *p)
{
	const struct form given = {.name = call_arg(call, "name"),
		.surname = call_arg(call, "surname"),
		.date_of_birth = call_arg(call, "born"),
		.city = call_arg(call, "city"),
		.phone_number = call_arg(call, "phone")};
	const char *changed;

	TRY(person_correct(&call->ctx, p, &given, &changed));
	printf("%s\n", changed[0] == '\0' ? "nothing to correct" : changed);
	return OK;
}

enum err
programme_correct_cmd(struct call *call)
{
	return change(call, correct);
}

static enum err
retention(struct call *call)
{
	bool dry = call_flag(call, "dry-run");
	struct ctx *c = &call->ctx;
	int64_t days = 0, count;

	TRY(call_number(call, "days", 1, 36500, &days));
	if (days == 0)
		return fail(c, E_INPUT, "say --days N");
	TRY(photo_retention(c, days, dry, &count));
	printf("%" PRId64 " photos %s\n", count, dry ? "would be removed" : "removed");
	return OK;
}

enum err
programme_retention_cmd(struct call *call)
{
	return call_in_tx(call, retention);
}

static enum err
remake_pictures(struct call *call)
{
	bool dry = call_flag(call, "dry-run");
	int64_t count;

	TRY(photo_remake_all(&call->ctx, dry, &count));
	printf("%" PRId64 " photos %s be made again%s\n", count, dry ? "would" : "will",
		dry ? "" : "; \"samovar jobs stats\" shows how many are left");
	return OK;
}

enum err
programme_remake_pictures_cmd(struct call *call)
{
	return call_in_tx(call, remake_pictures);
}

static enum err
export_person(struct call *call, struct person *p)
{
	const char *text;

	TRY(db_json(&call->ctx, &PROGRAMME_EXPORT, &text, ARGS(&call->ctx, p->id)));
	call_print(text);
	return OK;
}

enum err
programme_export_cmd(struct call *call)
{
	return change(call, export_person);
}

/* The question comes before anything is locked. */
static enum err
erase(struct call *call, struct person *p)
{
	return person_erase(&call->ctx, p);
}

/* Asked before anything is begun: whom of all that the words may mean? */
static enum err
confirm_erasure(struct call *call)
{
	struct ctx *c = &call->ctx;
	struct person p = {0};
	struct db_table who;

	if (call_flag(call, "yes"))
		return OK;
	TRY(person_find(c, call_arg(call, "person"), &p));
	TRY(db_table(c, &PROGRAMME_PEOPLE_TABLE, &who, ARGS(c, p.id)));
	call_table_print(call, &who, "");
	return call_confirm(call, "Erase this person for ever?");
}

enum err
programme_erase_cmd(struct call *call)
{
	TRY(confirm_erasure(call));
	TRY(change(call, erase));
	puts("done");
	return OK;
}
