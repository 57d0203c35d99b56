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
		const char *name = arena_strn(&c->arena, form + 1, inside),
			   *value = json_text(all, name);
		if (value == NULL || form[1 + inside] != '}') {
			buf_addn(&out, form++, 1);
			continue;
		}
		buf_add(&out, value);
		form += inside + 2;
	}
	return buf_text(&out);
}

static enum err
print_setting(struct ctx *c, struct json_object *all, const char *name,
	struct json_object *value)
{
	const char *text = plain(value);

	if (text == NULL)
		return fail(c, E_INPUT, "%s has no value that can be used", name);
	if (json_object_is_type(value, json_type_object))
		text = filled(c, all, text);
	if (strpbrk(name, "= \t\r\n#") != NULL || strpbrk(text, "\r\n") != NULL)
		return fail(c, E_INPUT, "%s does not fit into a line", name);
	printf("%s=\"%s\"\n", name, text);
	return OK;
}

static void
print_comment(const char *text)
{
	fputs("# ", stdout);
	for (; *text != '\0'; text++)
		putchar(*text == '\n' || *text == '\r' ? ' ' : *text);
	putchar('\n');
}

enum err
collection_print(struct ctx *c, const char *path)
{
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
			print_comment(json_object_get_string(value));
		else if (str_starts(name, "__line_break"))
			putchar('\n');
		else
			TRY(print_setting(c, all, name, value));
	}
	return OK;
}
