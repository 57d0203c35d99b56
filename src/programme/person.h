#ifndef PROGRAMME_PERSON_H
#define PROGRAMME_PERSON_H

#include <stdbool.h>

#include "job/job.h"
#include "programme/form.h"

/*
 * What operators do for one participant, and with photos that have been kept long
 * enough. Each call but the jobs is the caller's transaction, its audit row included.
 */
struct person {
	const char *id, *name, *surname;
	const char *member_id, *member_status; /* in the running shift; NULL: in none */
	const char *shift_id;
	int64_t telegram_id;
};

/*
 * The person of an id, a Telegram id, a phone number (its digits) or "Surname Name".
 * E_MISSING, E_CONFLICT when there are several.
 */
enum err person_find(struct ctx *c, const char *words, struct person *out);

/* Out of the running shift, by hand; they are told, unless quietly. E_CONFLICT when
 * they are no active member. */
enum err person_exclude(struct ctx *c, const struct person *p, bool quietly);

/*
 * Puts right what they said of themselves: the members of `given` that are not NULL.
 * *changed names the members that were changed, for people ("name, city"), "" for none;
 * the audit row has the names alone, since what is erased must not be read there.
 * E_INPUT when what would be there breaks a rule of the form, E_CONFLICT when another
 * participant has the phone number.
 */
enum err person_correct(struct ctx *c, const struct person *p, const struct form *given,
	const char **changed);

/* Back into the running shift. The days that have passed become not_participate, and so
 * do not count as missed. E_CONFLICT when they are not excluded. */
enum err person_restore(struct ctx *c, const struct person *p);

/*
 * Messages that failed, or that nobody knows to have arrived, wait again; *count is
 * their number. task: the current task too, if its report is still open. E_CONFLICT.
 */
enum err person_resend(
	struct ctx *c, const struct person *p, bool task, int64_t *count);

/*
 * For ever: nothing is left that says who it was, no photo, no message. What counts
 * stays: member, points, reports. What waits for somebody is closed: reports in review
 * are declined, open ones skipped, requests declined, the membership ends. E_CONFLICT
 * when somebody else has just done it.
 */
enum err person_erase(struct ctx *c, const struct person *p);

/*
 * Gives up the photos of reports that are not in review and older than so many days:
 * *count of them. dry: only counts. The files go by jobs.
 */
enum err photo_retention(struct ctx *c, int64_t days, bool dry, int64_t *count);

/* photo.remove, subject a photo's path: unlinks it and its thumbnail. */
enum err photo_remove_job(struct ctx *c, const struct job *job);

/* person.files, subject a participant: whatever is left in their folders, such as a
 * photo that was on its way during the erasure. */
enum err person_files_job(struct ctx *c, const struct job *job);

#endif
