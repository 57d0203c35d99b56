#include "fuzz.h"

#include "base/field.h"
#include "base/json.h"

struct thing {
	const char *text;
	int64_t number;
	bool yes;
	double real;
	struct utc time;
	struct date date;
	struct texts texts;
};

static FIELDS(fields, FIELD(struct thing, text, .must = true, .max = 10, .trim = true),
	FIELD(struct thing, number, .max = 100), FIELD(struct thing, yes),
	FIELD(struct thing, real), FIELD(struct thing, time), FIELD(struct thing, date),
	FIELD(struct thing, texts));

/* A JSON body: read, checked, and what is good written again. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct thing t = {0};
	struct json_object *json;
	struct ctx c;

	ctx_start(&c, NULL, NULL);
	char *text = arena_strn(&c.arena, (const char *)data, size);
	struct buf b = {.arena = &c.arena};
	if (json_read(&c, text, size, &json) == OK &&
		fields_from_json(&c, json, fields, true, &t) == OK)
		fields_to_json(&b, fields, &t, STYLE_KEEP_NULL);
	ctx_end(&c);
	return 0;
}
