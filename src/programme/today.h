#ifndef PROGRAMME_TODAY_H
#define PROGRAMME_TODAY_H

#include "programme/hear.h"

/* A member's report of the task that is current in the running shift (8.3). */
struct today {
	const char *id, *status;
	int64_t attempts;
	bool is_there, on_its_way; /* on_its_way: a photo is still being fetched */
};

/* Finds and locks it; is_there says whether there is one. */
enum err today_report(struct ctx *c, const struct person *p, struct today *out);

/* Sentences that are said of it in more than one place. */
const char *today_none(void);
const char *today_busy(void);
const char *today_skipped(struct ctx *c);

#endif
