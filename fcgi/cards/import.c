/* Many cards at once: docs/openapi/cards.yaml. */
#include "cards/import.h"

#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/json_out.h"
#include "base/str.h"
#include "cards/cards.h"
#include "reply.h"

struct import_query {
	bool dry_run;
};

INPUT(cards_import_in, struct import_query,
	FIELD(struct import_query, dry_run, .must = true));

enum err
cards_body(struct req *r, const char **bytes, size_t *size)
{
	TRY(req_body(r));
	*bytes = r->body;
	*size = r->body_size;
	if (r->body_file != NULL)
		*bytes = file_get(&r->ctx, r->body_file, size);
	if (*bytes == NULL || *size == 0)
		return field_error_add(&r->ctx, (struct field_error){.place = "body",
							.kind = FIELD_ERROR_MISSING});
	return OK;
}

static enum err
reply_refused(struct req *r, const struct import *i)
{
	return reply_json(r, 422,
		arena_fmt(&r->ctx.arena,
			"{\"error\":\"Import.Invalid\",\"detail\":\"%lld lines cannot "
			"be "
			"used\",\"lines\":%s}",
			(long long)i->refused, i->lines));
}

/* POST /cards/import?dry_run=true, text/csv: 200 what it does, line by line; 422 with
 * the lines that cannot be used, and then nothing is done. */
enum err
cards_post_import(struct req *r)
{
	const struct import_query *in = r->in;
	struct import i;
	const char *bytes;
	size_t size;

	TRY(cards_body(r, &bytes, &size));
	TRY(cards_import(&r->ctx, bytes, size, in->dry_run, &i));
	if (i.refused > 0)
		return reply_refused(r, &i);
	return reply_json(r, 200,
		JSON(&r->ctx, "dry_run", in->dry_run, "added", i.added, "changed",
			i.changed, "same", i.same, "lines", json_raw(i.lines)));
}
