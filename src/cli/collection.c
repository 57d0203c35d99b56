#include "cli/collection.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/json.h"
#include "base/str.h"

static const char *
plain(struct json_object *value)
{
	return json_object_is_type(value, json_type_object)
		       ? json_text(value, "vscode_launch")
		       : json_object_get_string(value);
}

/* {NAME} is the value of that name; what names nobody stays as it stands. */
static const char *
filled(struct ctx *c, struct json_object *all, const char *form)
{
	struct buf out = {.arena = &c->arena};

	while (*form != '\0') {
		size_t n = strcspn(form, "{"), inside;

		buf_addn(&out, form, n);
		form += n;
		if (*form == '\0')
			break;
		inside = strcspn(form + 1, "}");
		const char *name = arena_strn(&c->arena, form + 1, inside);
		struct json_object *member = NULL;
		json_object_object_get_ex(all, name, &member);
		const char *value = plain(member);
		if (value == NULL || form[1 + inside] != '}') {
			buf_addn(&out, form++, 1);
			continue;
		}
		buf_add(&out, value);
		form += inside + 2;
	}
	return buf_text(&out);
}

static void
add_comment(struct buf *out, const char *text)
{
	buf_add(out, "# ");
	for (; *text != '\0'; text++)
		buf_addn(out, *text == '\n' || *text == '\r' ? " " : text, 1);
	buf_add(out, "\n");
}

static enum err
add_setting(struct ctx *c, struct buf *out, struct json_object *all, const char *name,
	struct json_object *value)
{
	const char *text = plain(value);

	if (value == NULL) { /* null */
		add_comment(out, arena_fmt(&c->arena, "%s is null", name));
		return OK;
	}
	if (text == NULL)
		return fail(c, E_INPUT, "%s has no value that can be used", name);
	if (json_object_is_type(value, json_type_object))
		text = filled(c, all, text);
	if (strpbrk(name, "= \t\r\n#") != NULL || strpbrk(text, "\r\n") != NULL)
		return fail(c, E_INPUT, "%s does not fit into a line", name);
	buf_fmt(out, "%s=\"%s\"\n", name, text);
	return OK;
}

enum err
collection_print(struct ctx *c, const char *path)
{
	struct buf out = {.arena = &c->arena}; /* all or nothing is printed */
	struct json_object *all;
	size_t size;
	const char *text = file_get(c, path, &size);

	if (text == NULL)
		return fail(c, E_MISSING, "%s: %s", path, strerror(errno));
	if (json_read(c, text, size, &all) != OK) {
		ctx_clear_error(c);
		return fail(c, E_INPUT, "%s is no JSON object", path);
	}
	json_object_object_foreach(all, name, value)
	{
		if (str_starts(name, "__comment"))
			add_comment(&out, json_object_get_string(value));
		else if (str_starts(name, "__line_break"))
			buf_add(&out, "\n");
		else
			TRY(add_setting(c, &out, all, name, value));
	}
	fputs(buf_text(&out), stdout);
	return OK;
}
