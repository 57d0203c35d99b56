#include "fuzz.h"

#include "base/field.h"
#include "base/json.h"
#include "programme/form.h"
#include "programme/update.h"

/* What comes to the webhook, and what a form inside of it says of a person. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct json_object *json;
	struct update update;
	struct buf out, wrong;
	struct form form;
	struct ctx c;

	ctx_start(&c, NULL, NULL);
	const char *text = arena_strn(&c.arena, (const char *)data, size);
	out = wrong = (struct buf){.arena = &c.arena};
	if (json_read(&c, text, strlen(text), &json) == OK &&
		update_read(&c, json, &update) == OK) {
		fields_to_json(&out, update_fields, &update, STYLE_OMIT_NULL);
		form_read(&c, update.text, &form);
		form_check(&c, &form, &wrong);
	}
	ctx_clear_error(&c);
	form_read(&c, text, &form);
	form_check(&c, &form, &wrong);
	ctx_end(&c);
	return 0;
}
