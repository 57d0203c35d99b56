/* The envelope of the phones' API. */
#include "messenger/messenger.h"

#include <string.h>

#include "base/hash.h"
#include "base/json_out.h"
#include "base/str.h"
#include "condition.h"
#include "input.h"
#include "messenger/page.h"
#include "reply.h"

const char *
messenger_said(struct req *r)
{
	const struct ctx *c = &r->ctx;
	const char *const whys[] = {c->err == E_BUG ? NULL : c->why,
		err_sentence(c->err), err_sentence(face_case(r->face, c->err)->err)};
	const char *words = NULL;

	for (size_t i = 0; i < 3; i++) {
		if (whys[i] == NULL)
			continue;
		words = messenger_words(r, whys[i]);
		if (words != whys[i] || str_eq(messenger_language(r), "en"))
			break;
	}
	return words;
}

enum err
messenger_answer(
	struct req *r, int status, int code, const char *sub_code, const char *data)
{
	struct buf b = {.arena = &r->ctx.arena};
	const char *message = "";

	if (status == 204 || status == 304)
		return reply_empty(r, status);
	if (status >= 400)
		message = messenger_said(r);
	buf_fmt(&b, "{\"code\":%d,\"data\":", code);
	buf_add(&b, data == NULL ? "{}" : data);
	buf_add(&b, ",\"message\":");
	buf_json(&b, message);
	buf_fmt(&b, ",\"sub_code\":\"%s\",\"success\":%s}\n", sub_code,
		status < 400 ? "true" : "false");
	return reply_text(r, status, "application/json", b.text, b.used);
}

enum err
messenger_reply(struct req *r, int status, const char *sub_code, const char *data)
{
	return messenger_answer(r, status, status, sub_code, data);
}

enum err
messenger_reply_list(struct req *r, const char *name, const char *json)
{
	const char *etag = sha256_hex(&r->ctx.arena, json, strlen(json)),
		   *known = input_header(r, "If-None-Match");

	reply_header(r, "ETag", etag);
	if (known != NULL && etag_listed(known, etag))
		return messenger_reply(r, 304, "resource.multiple_result", NULL);
	return messenger_reply(r, 200, "resource.multiple_result",
		JSON(&r->ctx, name, json_raw(json)));
}

enum err
messenger_reply_one(struct req *r, int status, const char *sub_code, const char *name,
	const struct field *fields, const void *row)
{
	struct buf data = {.arena = &r->ctx.arena};

	buf_fmt(&data, "{\"%s\":", name);
	fields_to_json(&data, fields, row, r->face->manners->style);
	buf_add(&data, "}");
	return messenger_reply(r, status, sub_code, data.text);
}

struct messenger_caller *
messenger_caller(struct req *r)
{
	if (r->own == NULL)
		r->own = arena_new(&r->ctx.arena, sizeof(struct messenger_caller));
	return r->own;
}

enum err
messenger_fail(struct req *r, enum err e, const char *data)
{
	messenger_caller(r)->data = data;
	return fail(&r->ctx, e, NULL);
}

enum err
messenger_fail_list(struct req *r, enum err e, const char *name, const char *word)
{
	struct buf text = {.arena = &r->ctx.arena}, words = text;

	buf_json(&text, word);
	json_item(&words, text.text);
	return messenger_fail(
		r, e, JSON(&r->ctx, name, json_raw(json_list_end(&words))));
}

enum err
messenger_fail_instead(struct req *r, enum err e, const char *data)
{
	ctx_clear_error(&r->ctx);
	return messenger_fail(r, e, data);
}

enum err
messenger_fail_reason(struct req *r, enum err e, const char *reason)
{
	return messenger_fail_instead(
		r, e, JSON(&r->ctx, "reason", reason == NULL ? "" : reason));
}

enum err
messenger_field_error(struct req *r, const char *field, const char *reason)
{
	return field_error_add(&r->ctx, (struct field_error){.place = "body",
						.field = field,
						.kind = FIELD_ERROR_FORM,
						.expected = "value",
						.words = reason});
}

/* -- errors */
