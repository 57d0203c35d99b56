#ifndef PROGRAMME_REVIEW_H
#define PROGRAMME_REVIEW_H

#include "base/field.h"
#include "base/utc.h"
#include "job/job.h"

/*
 * Review at the console. A reviewer claims some reports, the oldest photos first, and
 * nobody else gets these for programme.review_claim seconds. What they decide counts
 * programme.review_undo seconds later, by the job review.settle and report_review();
 * until then they can take it back. Each call is the caller's transaction, c->actor the
 * reviewer.
 */

/* A report in review, as its reviewer sees it. */
struct review {
	const char *id, *shift_id, *shift_title, *task_title, *task_url;
	const char *child_id, *name, *surname, *photo_url;
	struct date task_date;
	struct utc uploaded_at;
	int64_t attempt, attempts; /* of so many */
	int64_t alike;             /* photos that this one resembles */
	double likeness;           /* the highest; 0: none */
};

extern const struct field review_fields[];

/* A photo of the child before that. */
struct review_past {
	const char *report_id; /* before which */
	const char *id, *status, *task_title, *photo_url;
	struct date task_date;
};

/*
 * Claims up to `most` reports. What the actor held and is not in `hold` is free again;
 * `except` are not given. Both are ids with blanks between.
 */
enum err review_claim(struct ctx *c, int64_t most, const struct texts *hold,
	const struct texts *except, struct review **out, size_t *count);

/* The last six reports with a photo of each of these reports' children. */
enum err review_past(struct ctx *c, const struct review *of, size_t of_count,
	struct review_past **out, size_t *count);

/*
 * What the actor thinks of the photo of that attempt. reason: the id of one of the
 * reasons, which is another one when its words have changed; 0: none.
 * E_REPORT_NOT_FOUND, E_REPORT_REVIEWED, E_REVIEW_TAKEN: decided or claimed by somebody
 * else, or another photo has come; E_CHANGED for a reason that is none any more.
 */
enum err review_decide(struct ctx *c, const char *report_id, int64_t attempt,
	bool approved, int64_t reason);

/* Takes it back. E_REVIEW_SETTLED. */
enum err review_undo(struct ctx *c, const char *report_id);

/* What has been decided in a shift that ends counts now. The caller has locked it. */
enum err review_settle_shift(struct ctx *c, const char *shift_id);

/* review.settle, subject the decision's id. */
enum err review_settle_job(struct ctx *c, const struct job *job);

/* The reasons as a JSON list. */
enum err review_reasons(struct ctx *c, const char **out);

/* Words the reason at a position anew (1 to 9); title NULL: takes it away. E_MISSING.
 */
enum err review_put_reason(
	struct ctx *c, int64_t position, const char *title, const char *message);

#endif
