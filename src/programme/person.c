#include "programme/person.h"

#include <errno.h>
#include <glob.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "account/audit.h"
#include "base/conf.h"
#include "base/json_out.h"
#include "base/log.h"
#include "base/str.h"
#include "cards/certificate.h"
#include "db/db.h"
#include "programme/task_date.h"
#include "programme/photo_files.h"
#include "programme/shift.h"

#include "programme/person.sql.h"

/* Longer than a photo can be on its way from Telegram in one try. */
#define STRAGGLERS (15 * 60)

static FIELDS(person_fields, FIELD(struct person, id), FIELD(struct person, name),
	FIELD(struct person, surname), FIELD(struct person, telegram_id),
	FIELD(struct person, member_id), FIELD(struct person, member_status),
	FIELD(struct person, shift_id));

enum err
person_find(struct ctx *c, const char *words, struct person *out)
{
	struct person *rows;
	size_t count;

	TRY(db_many(c, &PERSON_FIND, person_fields, &rows, &count, ARGS(c, words)));
	if (count == 0)
		return fail(c, E_MISSING,
			"nobody has the id, Telegram id, phone number or \"surname "
			"name\" %s",
			words);
	if (count > 1)
		return fail(c, E_CONFLICT,
			"several people are called %s: say it by id, \"programme "
			"member "
			"find\" shows them",
			words);
	*out = rows[0];
	return OK;
}

static enum err
audited(struct ctx *c, const char *action, const struct person *p)
{
	return audit_add(c, action, "participant", p->id, NULL);
}

static enum err
membership(struct ctx *c, const struct person *p)
{
	return p->member_id != NULL
		       ? OK
		       : fail(c, E_CONFLICT, "%s %s is no member of a running shift",
				 p->surname, p->name);
}

enum err
person_exclude(struct ctx *c, const struct person *p, bool quietly)
{
	TRY(membership(c, p));
	if (!str_eq(p->member_status, "active"))
		return fail(c, E_CONFLICT, "is excluded already");
	TRY(db_do(c, &PERSON_EXCLUDE, ARGS(c, p->member_id, c->now)));
	if (!quietly)
		TRY(db_do(c, &PERSON_TELL_EXCLUDED, ARGS(c, p->member_id, c->now.us)));
	return audited(c, "member.exclude", p);
}

enum err
person_restore(struct ctx *c, const struct person *p)
{
	TRY(membership(c, p));
	if (!str_eq(p->member_status, "excluded"))
		return fail(c, E_CONFLICT, "is not excluded");
	TRY(db_do(c, &PERSON_RESTORE, ARGS(c, p->member_id, c->now)));
	TRY(db_do(c, &PERSON_FILL_DAYS,
		ARGS(c, p->member_id, programme_task_date(c->now), c->now)));
	return audited(c, "member.restore", p);
}

enum err
person_resend(struct ctx *c, const struct person *p, bool task, int64_t *count)
{
	TRY(db_do(c, &PERSON_RESEND_FAILED, ARGS(c, p->id, c->now)));
	*count = c->rows;
	if (task) {
		TRY(membership(c, p));
		TRY(db_do(c, &PERSON_RESEND_TASK,
			ARGS(c, p->member_id, programme_task_date(c->now),
				c->now.us / US_PER_SECOND)));
		*count += c->rows;
	}
	return *count > 0 ? audited(c, "participant.resend", p) : OK;
}

static FIELDS(said_fields, FIELD(struct form, name), FIELD(struct form, surname),
	FIELD(struct form, date_of_birth), FIELD(struct form, city),
	FIELD(struct form, phone_number));

/* What is given instead of what was said. */
static struct form
corrected(struct ctx *c, const struct form *said, const struct form *given)
{
	struct form out = *given;

	for (const struct field *f = said_fields; f->name != NULL; f++) {
		const char **to = (const char **)((char *)&out + f->offset);

		if (*to == NULL)
			*to = *(const char *const *)((const char *)said + f->offset);
		else
			*to = str_trim(&c->arena, *to);
	}
	return out;
}

static const char *
differences(struct ctx *c, const struct form *a, const struct form *b)
{
	struct buf names = {.arena = &c->arena};

	for (const struct field *f = said_fields; f->name != NULL; f++) {
		const char *was = *(const char *const *)((const char *)a + f->offset),
			   *is = *(const char *const *)((const char *)b + f->offset);

		if (str_eq(was, is))
			continue;
		buf_add(&names, names.used > 0 ? ", " : "");
		buf_add(&names, f->name);
	}
	return buf_text(&names);
}

static enum err
write_correction(struct ctx *c, const struct person *p, const struct form *f,
	const char *changed)
{
	int64_t others;

	TRY(db_int(c, &PERSON_PHONE_TAKEN, &others, ARGS(c, f->phone_number, p->id)));
	if (others > 0)
		return fail(c, E_CONFLICT, "another participant has this phone number");
	TRY(db_do(c, &PERSON_CORRECT,
		ARGS(c, p->id, f->name, f->surname, f->born, f->city, f->phone_number,
			c->now)));
	return audit_add(c, "participant.correct", "participant", p->id,
		JSON(c, "changed", changed));
}

enum err
person_correct(struct ctx *c, const struct person *p, const struct form *given,
	const char **changed)
{
	struct buf wrong = {.arena = &c->arena};
	struct form said = {0}, f;
	const char *id;

	TRY(db_json(c, &PERSON_LOCK, &id, ARGS(c, p->id)));
	TRY(db_one(c, &PERSON_SAID, said_fields, &said, ARGS(c, p->id)));
	f = corrected(c, &said, given);
	if (!form_check(c, &f, &wrong))
		return fail(c, E_INPUT, "%s", buf_text(&wrong));
	*changed = differences(c, &said, &f);
	return (*changed)[0] == '\0' ? OK : write_correction(c, p, &f, *changed);
}

struct reviewed {
	const char *shift_id, *member_id;
};

static FIELDS(reviewed_fields, FIELD(struct reviewed, shift_id),
	FIELD(struct reviewed, member_id));

/* Photos, messages, updates: what was said and shown. */
static enum err
forget(struct ctx *c, const struct person *p)
{
	const struct job_kind *kind = job_kind("photo.remove");

	TRY(db_do(
		c, &PERSON_REMOVE_PHOTOS, ARGS(c, p->id, kind->priority, kind->tries)));
	TRY(db_do(c, &PERSON_CLOSE_INTAKE, ARGS(c, p->id)));
	TRY(db_do(c, &PERSON_FORGET_ABSENCES, ARGS(c, p->id)));
	TRY(db_do(c, &PERSON_FORGET_MESSAGES, ARGS(c, p->id, p->telegram_id, c->now)));
	return job_add(c, &(struct job_order){.kind = "person.files",
				  .subject = p->id,
				  .key = p->id,
				  .delay = STRAGGLERS});
}

enum err
person_erase(struct ctx *c, const struct person *p)
{
	struct reviewed *reviewed;
	const char *id;
	int64_t shifts;
	size_t count;

	TRY(db_int(c, &PERSON_LOCK_SHIFTS, &shifts, ARGS(c, p->id)));
	TRY(db_json(c, &PERSON_LOCK, &id, ARGS(c, p->id)));
	TRY(db_many(c, &PERSON_REVIEWING, reviewed_fields, &reviewed, &count,
		ARGS(c, p->id)));
	TRY(forget(c, p));
	TRY(db_do(c, &PERSON_CLOSE_REPORTS, ARGS(c, p->id, c->now)));
	TRY(db_do(c, &PERSON_END_MEMBERSHIPS, ARGS(c, p->id, c->now)));
	TRY(db_do(c, &PERSON_ERASE, ARGS(c, p->id, c->now)));
	TRY(certificate_erase(c, p->id));
	/* A shift that waited for these reports may end now. */
	for (size_t i = 0; i < count; i++)
		TRY(shift_reviewed(c, reviewed[i].shift_id, reviewed[i].member_id));
	return audited(c, "participant.erase", p);
}

enum err
photo_retention(struct ctx *c, int64_t days, bool dry, int64_t *count)
{
	const struct job_kind *kind = job_kind("photo.remove");
	struct utc before = utc_after(c->now, -days * 24 * 60 * 60);

	TRY(db_int(c, &PHOTO_OLD, count, ARGS(c, before)));
	if (dry || *count == 0)
		return OK;
	TRY(db_do(c, &PHOTO_GIVE_UP,
		ARGS(c, before, c->now, kind->priority, kind->tries)));
	return audit_add(c, "photo.retention", "report_photo", "",
		JSON(c, "days", days, "photos", *count));
}

enum err
photo_remove_job(struct ctx *c, const struct job *job)
{
	if (strstr(job->subject, "..") != NULL || job->subject[0] == '\0')
		return fail(c, E_BUG, "not the path of a photo");
	return photo_remove(c, job->subject);
}

static void
glob_end(void *found)
{
	globfree(found);
}

enum err
person_files_job(struct ctx *c, const struct job *job)
{
	const char *root = conf.programme_photo_directory;
	glob_t *found = arena_new(&c->arena, sizeof(*found));

	if (!uuid_valid(job->subject))
		return fail(c, E_BUG, "not the id of a person");
	if (glob(arena_fmt(&c->arena, "%s/shift_*/%s/*", root, job->subject), 0, NULL,
		    found) != 0)
		return OK;
	arena_defer(&c->arena, glob_end, found);
	for (size_t i = 0; i < found->gl_pathc; i++) {
		const char *path = found->gl_pathv[i];

		log_info("person.files: left over: %s", path);
		if (unlink(path) != 0 && errno != ENOENT)
			return fail(c, E_BUSY, "%s: %s", path, strerror(errno));
	}
	return OK;
}
