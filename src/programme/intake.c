#include "programme/intake.h"

#include <errno.h>
#include <libintl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/conf.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/json_out.h"
#include "base/log.h"
#include "base/str.h"
#include "db/db.h"
#include "net/telegram.h"
#include "programme/answer.h"
#include "programme/task_date.h"
#include "programme/update_handlers.h"
#include "programme/photo_files.h"
#include "programme/refusal.h"
#include "programme/shift.h"
#include "programme/today.h"

#include "programme/intake.sql.h"

#define _(text) gettext(text)
#define MAX_FILE (20 << 20) /* bytes: the Bot API gives out no larger ones */
#define UNAVAILABLE_TRIES 5
#define MOST_AT_ONCE 10 /* photos of one report that are being fetched */
#define ALBUM_DELAY 2   /* seconds: time for the other photos of an album to come */

struct intake {
	int64_t id, chat_id, attempts, number; /* number: the shift's */
	bool waits;                            /* for an earlier one */
	const char *report_id, *file_id, *unique_id;
	const char *status, *shift_status, *shift_id, *member_id, *participant_id;
	struct date task_date;
};

static FIELDS(other_fields, FIELD(struct intake, id), FIELD(struct intake, chat_id));

static FIELDS(intake_fields, FIELD(struct intake, id), FIELD(struct intake, chat_id),
	FIELD(struct intake, waits), FIELD(struct intake, attempts),
	FIELD(struct intake, number), FIELD(struct intake, report_id),
	FIELD(struct intake, file_id), FIELD(struct intake, unique_id),
	FIELD(struct intake, status), FIELD(struct intake, shift_status),
	FIELD(struct intake, shift_id), FIELD(struct intake, member_id),
	FIELD(struct intake, participant_id), FIELD(struct intake, task_date));

struct photo {
	const char *bytes;
	size_t size;
	const char *sha256;
	const char *path; /* below programme.photo_directory, begins with '/' */
	bool kept;        /* the bytes lie beside it */
};

static const char *
no_attempts(struct ctx *c)
{
	return arena_fmt(&c->arena,
		_("No attempts are left for this report. The next task comes at "
		  "%02lld:00."),
		(long long)conf.programme_new_task_hour);
}

/* What speaks against taking the photo, in the order of 8.7; NULL: nothing. */
static enum err
objection(struct ctx *c, const char *status, int64_t attempts, bool used, bool open,
	const char **out)
{
	*out = NULL;
	if (str_eq(status, "not_participate"))
		*out = today_none();
	else if (str_eq(status, "skipped"))
		*out = today_skipped(c);
	else if (used)
		*out = refusal_words(c, refusal_used(), open);
	else if (attempts >= conf.programme_attempts)
		*out = no_attempts(c);
	else if (!str_in(status, "waiting declined"))
		*out = today_busy();
	return OK;
}

enum err
intake_is_later(struct ctx *c, const struct update *u, bool photos, bool *later)
{
	int64_t others = 0;

	if (u->album != NULL)
		TRY(db_int(c, &INTAKE_ALBUM, &others,
			ARGS(c, u->album, u->chat_id, u->id, photos)));
	*later = others > 0;
	return OK;
}

/* In the past, whatever Telegram says. */
static struct utc
sent_at(struct ctx *c, const struct update *u)
{
	struct utc sent = c->now;

	if (u->date > 0 && u->date < c->now.us / US_PER_SECOND)
		sent.us = u->date * US_PER_SECOND;
	return sent;
}

/* A photo that was sent before the morning closed its report came in time. */
static bool
was_closed_too_early(const struct today *t, struct utc sent)
{
	struct utc end = date_at(
		date_after(t->task_date, 1), (int)conf.programme_new_task_hour, 0);

	return str_eq(t->status, "skipped") && t->changed.us >= end.us &&
	       sent.us < t->changed.us;
}

/* Why the report of an earlier task does not take the photo; NULL: it does. */
static enum err
earlier_objection(struct ctx *c, const struct today *t, struct utc sent, bool used,
	const char **out)
{
	*out = NULL;
	if (was_closed_too_early(t, sent))
		*out = used ? refusal_words(c, refusal_used(), false) : NULL;
	else if (str_in(t->status, "skipped not_participate") ||
		 (str_eq(t->status, "declined") &&
			 t->attempts >= conf.programme_attempts))
		*out = _("Your photo is of the task of the day before, and that day is "
			 "over. Send a photo of the new task.");
	else
		TRY(objection(c, t->status, t->attempts, used, false, out));
	return OK;
}

static enum err
fetch_soon(struct ctx *c, const char *id, int64_t delay)
{
	return job_add(c, &(struct job_order){.kind = "photo.fetch",
				  .subject = id,
				  .key = id,
				  .delay = delay});
}

static enum err
note(struct ctx *c, const struct update *u, const struct today *today, struct utc sent)
{
	struct utc received = sent.us < today->issued.us ? today->issued : sent;
	const char *id = NULL;

	if (str_eq(today->status, "skipped"))
		TRY(db_do(c, &INTAKE_REOPEN, ARGS(c, today->id, c->now)));
	TRY(db_json(c, &INTAKE_ADD, &id,
		ARGS(c, today->id, u->chat_id, u->file_id, u->unique_id, received,
			u->album)));
	if (id == NULL)
		return answer_say(c, answer_key(c, u, "photo"), u->chat_id,
			_("This photo has come already and is still being fetched "
			  "from Telegram. Nothing has to be done."),
			NULL);
	return fetch_soon(c, id, u->album == NULL ? 0 : ALBUM_DELAY);
}

/* Why the photo is not taken; NULL: it is. */
static enum err
on_objection(struct ctx *c, const struct update *u, const struct today *today,
	struct utc sent, const char **words)
{
	bool open = date_cmp(today->task_date, programme_task_date(c->now)) >= 0;
	int64_t used;

	TRY(db_int(c, &INTAKE_USED_ID, &used, ARGS(c, u->unique_id)));
	if (!today->is_there)
		*words = today_none();
	else if (open && today->is_absent && str_eq(today->status, "not_participate"))
		*words = today_absent(c, today);
	else if (today->on_its_way >= MOST_AT_ONCE)
		*words = _("Several photos of this task have come already. Please wait "
			   "for the answer.");
	else if (!open)
		TRY(earlier_objection(c, today, sent, used > 0, words));
	else
		TRY(objection(
			c, today->status, today->attempts, used > 0, open, words));
	if (*words == NULL && u->bytes > MAX_FILE)
		*words = refusal_words(c, refusal_large(), open);
	return OK;
}

enum err
on_photo(struct ctx *c, const struct update *u, const struct person *p)
{
	const char *words = NULL;
	struct utc sent = sent_at(c, u);
	struct today today;
	bool later;

	TRY(intake_is_later(c, u, true, &later));
	if (p == NULL)
		return later ? OK : answer_stranger(c, u);
	TRY(today_report_at(c, p, sent, &today));
	TRY(on_objection(c, u, &today, sent, &words));
	if (words == NULL)
		return note(c, u, &today, sent);
	/* An album is answered once, for the first of its photos. */
	return later ? OK
		     : answer_say(
			       c, answer_key(c, u, "photo"), u->chat_id, words, NULL);
}

/* Without a token the files are where one puts them for trying out. */
static enum err
from_directory(struct ctx *c, const struct intake *i, struct photo *out)
{
	const char *name = i->file_id;

	if (strchr(name, '/') != NULL || name[0] == '.')
		return fail(c, E_MISSING, "no such file");
	FILE *f = fopen(
		arena_fmt(&c->arena, "%s/files/%s", conf.bot_directory, name), "re");
	if (f == NULL)
		return fail(c, E_MISSING, "%s/files/%s: %s", conf.bot_directory, name,
			strerror(errno));
	char *bytes = arena_new(&c->arena, MAX_FILE + 1);
	out->size = fread(bytes, 1, MAX_FILE + 1, f);
	out->bytes = bytes;
	fclose(f);
	return out->size > MAX_FILE ? fail(c, E_TOO_LARGE, NULL) : OK;
}

/*
 * E_MISSING: Telegram will never give this file. E_TOO_LARGE, E_BUSY. For a wrong
 * file_id it says that the id is wrong "or the file is temporarily unavailable", so
 * that alone is no reason to give up at once.
 */
static enum err
from_telegram(struct ctx *c, const struct intake *i, int64_t tries, struct photo *out)
{
	struct bot_answer a;

	if (!telegram_is_on())
		return from_directory(c, i, out);
	telegram_call(
		c, "getFile", JSON(c, "file_id", i->file_id), conf.bot_timeout, &a);
	if (a.verdict == BOT_PICTURE)
		return fail(
			c, tries < UNAVAILABLE_TRIES ? E_BUSY : E_MISSING, "%s", a.why);
	if (a.verdict == BOT_REFUSED && strcasestr(a.why, "too big") == NULL)
		return fail(c, E_MISSING, "%s", a.why);
	if (a.verdict == BOT_REFUSED)
		return fail(c, E_TOO_LARGE, NULL);
	if (a.verdict != BOT_OK)
		return fail(c, E_BUSY, "%s", a.why);
	const char *path = json_text(a.result, "file_path");
	if (path == NULL)
		return fail(c, E_BUSY, "getFile names no path");
	return telegram_download(c, path, MAX_FILE, &out->bytes, &out->size);
}

/* The file's name is the intake's: fetched again after a crash, it replaces itself. */
static enum err
write_photo(struct ctx *c, const struct intake *i, struct photo *p)
{
	const char *root = conf.programme_photo_directory;
	const char *shift = arena_fmt(&c->arena, "/shift_%lld", (long long)i->number);
	const char *folder = arena_fmt(&c->arena, "%s/%s", shift, i->participant_id);
	const char *whole = arena_fmt(&c->arena, "%s%s", root, folder);

	p->path = arena_fmt(&c->arena, "%s/%s_%lld.jpg", folder,
		date_iso(&c->arena, i->task_date), (long long)i->id);
	mkdir(arena_fmt(&c->arena, "%s%s", root, shift), 0755);
	if (mkdir(whole, 0755) != 0 && errno != EEXIST) {
		log_error("photo: %s: %s", whole, strerror(errno));
		return fail(c, E_BUSY, "the folder of photos cannot be written");
	}
	return photo_store(c, p->path, p->bytes, p->size, &p->kept);
}

static enum err
say(struct ctx *c, const struct intake *i, const char *what, const char *words)
{
	return answer_say(c,
		arena_fmt(&c->arena, "photo/%lld/%s", (long long)i->id, what),
		i->chat_id, words, NULL);
}

/* The next photo of the report, if there is one that has not been tried yet. */
static enum err
fetch_next(struct ctx *c, const struct intake *i)
{
	const char *id = NULL;

	TRY(db_json(c, &INTAKE_NEXT, &id, ARGS(c, i->report_id, i->id)));
	return id == NULL ? OK : fetch_soon(c, id, 0);
}

/*
 * Another photo may still be the report. If there is none, what the morning passed over
 * because of the photo is closed now; a shift that waited for it may end.
 */
static enum err
refuse(struct ctx *c, const struct intake *i, const char *words)
{
	int64_t left;

	TRY(db_do(c, &INTAKE_REMOVE, ARGS(c, i->id)));
	TRY(db_int(c, &INTAKE_LEFT, &left, ARGS(c, i->report_id)));
	if (left > 0)
		return fetch_next(c, i);
	TRY(db_do(c, &INTAKE_CLOSE_REPORT,
		ARGS(c, i->report_id, programme_task_date(c->now), c->now)));
	TRY(say(c, i, "answer", words));
	return shift_reviewed(c, i->shift_id, i->member_id);
}

/* The report has its photo: the others that were on their way are not needed. */
static enum err
remove_others(struct ctx *c, const struct intake *i)
{
	struct intake *others;
	size_t count;

	TRY(db_many(c, &INTAKE_REMOVE_OTHERS, other_fields, &others, &count,
		ARGS(c, i->report_id, i->id)));
	for (size_t n = 0; n < count; n++)
		TRY(say(c, &others[n], "answer", today_busy()));
	return OK;
}

static enum err
accept_photo(struct ctx *c, const struct intake *i, const struct photo *p)
{
	const char *id;

	TRY(db_json(c, &INTAKE_ADD_PHOTO, &id,
		ARGS(c, i->report_id, p->path, p->sha256, (int64_t)p->size, i->file_id,
			i->unique_id, c->now, p->kept)));
	TRY(db_do(c, &INTAKE_REPORT, ARGS(c, i->report_id, p->path, i->id, c->now)));
	TRY(remove_others(c, i));
	TRY(db_do(c, &INTAKE_REMOVE, ARGS(c, i->id)));
	TRY(say(c, i, "answer",
		_("Thank you, the photo is sent to moderation! You will be told the "
		  "result.")));
	return job_add(c,
		&(struct job_order){.kind = "photo.compare", .subject = id, .key = id});
}

/*
 * The whole step from a stored file to a report in review. Everything may have changed
 * since the photo came; photo NULL: it cannot be had, `why` says why.
 */
static enum err
conclude(
	struct ctx *c, const char *id, const struct photo *p, const struct refusal *why)
{
	const char *words = NULL;
	struct intake i = {0};
	int64_t used = 0;
	bool there;

	TRY(db_maybe(c, &INTAKE_LOCK, intake_fields, &i, &there, ARGS(c, id)));
	if (!there)
		return OK;
	bool open = date_cmp(i.task_date, programme_task_date(c->now)) >= 0 &&
		    str_eq(i.shift_status, "started");
	if (p == NULL) {
		words = refusal_words(c, *why, open);
	} else {
		TRY(db_do(c, &INTAKE_LOCK_CONTENT, ARGS(c, p->sha256)));
		TRY(db_int(c, &INTAKE_USED, &used, ARGS(c, p->sha256)));
		if (!str_in(i.shift_status, "started ready_for_complete"))
			words = _("The shift has ended: reports are not taken any "
				  "more.");
		else
			TRY(objection(c, i.status, i.attempts, used > 0, open, &words));
	}
	return words == NULL && p != NULL ? accept_photo(c, &i, p)
					  : refuse(c, &i, words);
}

static enum err
in_transaction(
	struct ctx *c, const char *id, const struct photo *p, const struct refusal *why)
{
	TRY(db_begin(c));
	return db_end(c, conclude(c, id, p, why));
}

static enum err
fetch(struct ctx *c, const struct intake *i, int64_t tries, struct photo *p)
{
	TRY(from_telegram(c, i, tries, p));
	p->sha256 = sha256_hex(&c->arena, p->bytes, p->size);
	return write_photo(c, i, p);
}

/* Telegram does not give the photo now: who waits is told so once, or at the last try
 * that it will not come. Another photo of the report need not wait for it. */
static enum err
not_yet(struct ctx *c, const struct job *job, const struct intake *i, enum err e)
{
	const char *why = c->why;

	ctx_clear_error(c);
	if (job->tries >= job->max_tries) {
		const struct refusal never = refusal_not_given();

		log_warn("photo: given up: %s", why);
		return in_transaction(c, job->subject, NULL, &never);
	}
	TRY(db_do(c, &INTAKE_DELAY, ARGS(c, i->id)));
	TRY(fetch_next(c, i));
	TRY(say(c, i, "late",
		_("The photo has come, but Telegram does not give it to us at the "
		  "moment. We go on trying, nothing has to be done.")));
	return fail(c, e, "%s", why == NULL ? "" : why);
}

/* A file that no report took is nobody's: the photo was refused, or its person erased.
 */
static enum err
drop_unused(struct ctx *c, const struct intake *i, const struct photo *p)
{
	int64_t used;

	TRY(db_int(c, &INTAKE_FILE_USED, &used, ARGS(c, i->report_id, p->path)));
	return used == 0 ? photo_remove(c, p->path) : OK;
}

/* Why this photo will never be a report; false: trying again may help. */
static bool
is_final(enum err e, struct refusal *out)
{
	switch (e) {
	case E_TOO_LARGE:
	case E_PICTURE_LARGE:
		*out = refusal_large();
		return true;
	case E_PICTURE:
	case E_PICTURE_DAMAGED:
		*out = refusal_unreadable();
		return true;
	case E_MISSING:
		*out = refusal_not_given();
		return true;
	default:
		return false;
	}
}

enum err
photo_fetch_job(struct ctx *c, const struct job *job)
{
	struct intake i = {0};
	struct photo p = {0};
	struct refusal why;
	bool there;

	TRY(db_maybe(
		c, &INTAKE_SHOW, intake_fields, &i, &there, ARGS(c, job->subject)));
	/* The outcome of the one before it adds this job once more. */
	if (!there || i.waits)
		return OK;
	enum err e = fetch(c, &i, job->tries, &p);
	if (e == OK) {
		TRY(in_transaction(c, job->subject, &p, NULL));
		return drop_unused(c, &i, &p);
	}
	if (!is_final(e, &why))
		return not_yet(c, job, &i, e);
	ctx_clear_error(c);
	return in_transaction(c, job->subject, NULL, &why);
}
