#include "fuzz.h"

#include "face.h"
#include "forgiving.h"

struct thing {
	const char *text;
	int64_t number;
	bool yes;
	struct texts texts;
};

static FIELDS(fields, FIELD(struct thing, text, .must = true, .max = 10),
	FIELD(struct thing, number, .max = 100), FIELD(struct thing, yes),
	FIELD(struct thing, texts));

static void
read_as(const char *type, const uint8_t *data, size_t size)
{
	char *params[] = {(char *)type, NULL};
	struct req r = {.params = params, .body_size = size};
	struct thing t = {0};
	struct json_object *json;

	ctx_start(&r.ctx, NULL, NULL);
	r.body = arena_strn(&r.ctx.arena, (const char *)data, size);
	if (forgiving_body(&r, fields, &json) == OK)
		fields_from_json(&r.ctx, json, fields, false, &t);
	ctx_end(&r.ctx);
}

/* A body that may be JSON or a form of either kind: cleaned, and read. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	read_as("CONTENT_TYPE=application/json", data, size);
	read_as("CONTENT_TYPE=multipart/form-data; boundary=x", data, size);
	return 0;
}
