/* Tasks: docs/openapi/programme.yaml. */
#include "programme/task.h"

#include "account/account.h"
#include "base/str.h"
#include "db/db.h"
#include "multipart.h"
#include "programme/programme.h"
#include "reply.h"

#include "programme/tasks.sql.h"

struct task_filter {
	const char *title;
};

/* The title comes in the query, the picture as the form's part "image". */
INPUT(programme_task_query, struct task_filter,
	FIELD(struct task_filter, title, .must = true, .trim = true, .min = 3,
		.max = 150, .rule = plain_title_rule));

static enum err
field_error(struct req *r, enum field_error_kind kind, const char *words)
{
	return field_error_add(&r->ctx, (struct field_error){.place = "body",
						.field = "image",
						.kind = kind,
						.expected = "file",
						.words = words});
}

static enum err
the_image(struct req *r, struct part *out)
{
	struct part *parts;
	size_t count;

	if (str_in(req_param(r, "CONTENT_LENGTH"), "0") ||
		req_param(r, "CONTENT_LENGTH")[0] == '\0')
		return field_error(r, FIELD_ERROR_MISSING, NULL);
	TRY(req_parts(r, &parts, &count));
	for (size_t i = 0; i < count; i++)
		if (str_eq(parts[i].name, "image") && parts[i].filename != NULL) {
			*out = parts[i];
			return OK;
		}
	return field_error(r, FIELD_ERROR_MISSING, NULL);
}

/* What is wrong with the image; NULL: nothing. */
static const char *
picture_refusal(enum err e)
{
	switch (e) {
	case E_PICTURE:
		return "Файл не является изображением в формате JPEG, PNG или WebP.";
	case E_PICTURE_DAMAGED:
		return "Изображение повреждено: файл неполон или не читается.";
	case E_PICTURE_LARGE:
		return "Изображение слишком велико. Уменьшите его и загрузите снова.";
	default:
		return NULL;
	}
}

/* What is wrong with the image is said of the form. */
static enum err
picture_error(struct req *r, enum err e)
{
	const char *words = picture_refusal(e);

	if (words == NULL)
		return e;
	ctx_clear_error(&r->ctx);
	return field_error(r, FIELD_ERROR_FORM, words);
}

/* GET /tasks/: 200 list of T by number, archived ones too. */
enum err
programme_get_tasks(struct req *r)
{
	const char *json;

	TRY(db_json(&r->ctx, &TASKS_LIST, &json, ARGS(&r->ctx)));
	return reply_json(r, 200, json);
}

/* POST /tasks/?title=, multipart with image: 201 T. E_TASK_EXISTS. */
enum err
programme_post_task(struct req *r)
{
	const struct task_filter *in = r->in;
	struct part image = {0};
	const char *json = NULL;

	TRY(the_image(r, &image));
	TRY(picture_error(
		r, task_add(&r->ctx, in->title, image.bytes, image.size, &json)));
	return reply_json(r, 201, json);
}

/* GET /tasks/{uuid}: 200 T. */
enum err
programme_get_task(struct req *r)
{
	const char *json = NULL;

	TRY(db_json(&r->ctx, &TASK_SHOW, &json, ARGS(&r->ctx, r->word[0])));
	return reply_json(r, 200, json);
}

/* PATCH /tasks/{uuid}?title=, multipart with image: 200 T. E_TASK_EXISTS. */
enum err
programme_patch_task(struct req *r)
{
	const struct task_filter *in = r->in;
	struct part image = {0};
	const char *json = NULL;

	TRY(the_image(r, &image));
	TRY(picture_error(r, task_change(&r->ctx, r->word[0], in->title, image.bytes,
				     image.size, &json)));
	return reply_json(r, 200, json);
}

/* PATCH /tasks/{uuid}/change_status: 200 T, archived or brought back. */
enum err
programme_patch_task_status(struct req *r)
{
	const char *json = NULL;

	TRY(task_toggle(&r->ctx, r->word[0], &json));
	return reply_json(r, 200, json);
}
