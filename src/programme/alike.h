#ifndef PROGRAMME_ALIKE_H
#define PROGRAMME_ALIKE_H

#include "base/ctx.h"

/*
 * Photos that the report's photos resemble, or that resemble them, as a JSON list, the
 * likest first, a hundred at most: replaced ones and those of other children and shifts
 * too, with signed addresses. "[]" for a report that there is not.
 */
enum err alike_of_report(struct ctx *c, const char *id, const char **out);

#endif
