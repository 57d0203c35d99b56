#include "cards/round_parts.h"

#define ERRORS_MOST 500 /* that are told of a round */

void
round_note_error(struct round *r, const char *record, const char *words)
{
	if (r->error_count == ERRORS_MOST)
		return;
	buf_fmt(&r->errors, "%s{\"record\":", r->error_count++ == 0 ? "[" : ",");
	buf_json(&r->errors, record);
	buf_add(&r->errors, ",\"detail\":");
	buf_json(&r->errors, words);
	buf_add(&r->errors, "}");
}
