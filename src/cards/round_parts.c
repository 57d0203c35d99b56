#include "cards/round_parts.h"

#include "base/json_out.h"

#define ERRORS_MOST 500 /* that are told of a round */

void
round_note_error(struct round *r, const char *record, const char *words)
{
	if (r->error_count == ERRORS_MOST)
		return;
	r->error_count++;
	json_item(&r->errors, JSON(r->c, "record", record, "detail", words));
}
