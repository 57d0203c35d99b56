#ifndef PROGRAMME_TODAY_H
#define PROGRAMME_TODAY_H

#include "programme/update_handlers.h"

/* A member's report in the running shift: of the task that is current (8.3), or of the
 * one before. */
struct today {
	const char *id, *status;
	int64_t attempts;
	struct date task_date;
	struct utc issued, changed; /* when it was made and last changed */
	bool is_there;
	int64_t on_its_way; /* photos that are still being fetched */
	bool is_absent;     /* a day that was planned as ill or away */
	bool is_staffs;     /* planned by staff: the family cannot take it back */
};

/* Finds and locks it; is_there says whether there is one. */
enum err today_report(struct ctx *c, const struct person *p, struct today *out);

/*
 * The report that a photo belongs to: of the newest task that had been issued when it
 * was sent. That is the current one, unless updates or tasks have come late.
 */
enum err today_report_at(
	struct ctx *c, const struct person *p, struct utc sent, struct today *out);

/* Sentences that are said of it in more than one place. */
const char *today_none(void);
const char *today_absent(struct ctx *c, const struct today *today);
const char *today_busy(void);
const char *today_skipped(struct ctx *c);

#endif
