#include "base/json_out.h"

struct json_value
json_raw(const char *json)
{
	return (struct json_value){JSON_RAW, .text = json};
}

struct json_value
json_from_text(const char *text)
{
	return (struct json_value){JSON_TEXT, .text = text};
}

struct json_value
json_from_number(int64_t number)
{
	return (struct json_value){JSON_NUMBER, .number = number};
}

struct json_value
json_from_truth(bool truth)
{
	return (struct json_value){JSON_TRUTH, .number = truth};
}

struct json_value
json_from_value(struct json_value value)
{
	return value;
}

static void
add_value(struct buf *b, struct json_value v)
{
	switch (v.kind) {
	case JSON_TEXT:
		buf_json(b, v.text);
		break;
	case JSON_NUMBER:
		buf_fmt(b, "%lld", (long long)v.number);
		break;
	case JSON_TRUTH:
		buf_add(b, v.number != 0 ? "true" : "false");
		break;
	case JSON_RAW:
		buf_add(b, v.text == NULL ? "null" : v.text);
		break;
	}
}

void
json_add(struct buf *b, const char *name, struct json_value value)
{
	buf_add(b, b->used == 0 ? "{\"" : ",\"");
	buf_add(b, name);
	buf_add(b, "\":");
	add_value(b, value);
}

const char *
json_end(struct buf *b)
{
	buf_add(b, b->used == 0 ? "{}" : "}");
	return buf_text(b);
}

void
json_item(struct buf *b, const char *json)
{
	buf_add(b, b->used == 0 ? "[" : ",");
	buf_add(b, json);
}

const char *
json_list_end(struct buf *b)
{
	buf_add(b, b->used == 0 ? "[]" : "]");
	return buf_text(b);
}

const char *
json_of(struct ctx *c, const struct json_pair *pairs, size_t count)
{
	struct buf b = {.arena = &c->arena};

	for (size_t i = 0; i < count; i++)
		json_add(&b, pairs[i].name, pairs[i].value);
	return json_end(&b);
}
