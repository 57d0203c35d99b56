#include "base/own_settings.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/conf.h"
#include "base/hash.h"
#include "base/str.h"

#define FILE_MOST (256 * 1024)
#define SETTINGS_MOST 400
#define VERSION_BYTES 6 /* of a digest: what a browser's number can hold */

static enum err
path_of(struct ctx *c, const char *suffix, const char **out)
{
	if (conf.console_settings_file[0] == '\0')
		return fail(c, E_CONFLICT,
			"console.settings_file says where they would be written");
	*out = arena_fmt(&c->arena, "%s%s", conf.console_settings_file, suffix);
	return OK;
}

/* All of a file; "" for one that is not there. */
static enum err
read_text(struct ctx *c, const char *path, const char **out)
{
	FILE *f = fopen(path, "re");

	*out = "";
	if (f == NULL)
		return errno == ENOENT ? OK : fail(c, E_BUG, "%s: %m", path);
	char *text = arena_new(&c->arena, FILE_MOST);
	size_t n = fread(text, 1, FILE_MOST - 1, f);
	bool failed = ferror(f) != 0;
	fclose(f);
	text[n] = '\0';
	*out = text;
	return failed ? fail(c, E_BUG, "%s cannot be read", path) : OK;
}

static int64_t
version_of(struct ctx *c, const char *text)
{
	const char *hex = sha256_hex(&c->arena, text, strlen(text));
	int64_t version = 0;

	for (size_t i = 0; i < (size_t)VERSION_BYTES * 2; i++)
		version = version * 16 +
			  (hex[i] <= '9' ? hex[i] - '0' : hex[i] - 'a' + 10);
	return version + 1;
}

/* "key = value" of a section; what is none is passed over. */
static void
take_line(
	struct ctx *c, struct own_settings *out, const char *section, const char *line)
{
	const char *equals = strchr(line, '=');

	if (equals == NULL || line[0] == '#' || out->count >= SETTINGS_MOST)
		return;
	out->list[out->count++] = (struct own_setting){
		.name = arena_fmt(&c->arena, "%s.%s", section,
			str_trim(&c->arena,
				arena_strn(&c->arena, line, (size_t)(equals - line)))),
		.value = str_trim(&c->arena, equals + 1)};
}

static void
take_text(struct ctx *c, struct own_settings *out, const char *text)
{
	const char *section = "";

	out->list = arena_new(&c->arena, SETTINGS_MOST * sizeof(*out->list));
	out->version = version_of(c, text);
	for (const char *at = text; *at != '\0';) {
		size_t n = strcspn(at, "\n");
		const char *line = arena_strn(&c->arena, at, n);

		if (line[0] == '[')
			section =
				arena_strn(&c->arena, line + 1, strcspn(line + 1, "]"));
		else
			take_line(c, out, section, line);
		at += n + (at[n] == '\n');
	}
}

enum err
own_settings_read(struct ctx *c, struct own_settings *out)
{
	const char *path = "", *before = "", *text = "";

	*out = (struct own_settings){0};
	TRY(path_of(c, "", &path));
	TRY(path_of(c, ".before", &before));
	TRY(read_text(c, path, &text));
	take_text(c, out, text);
	out->can_undo = access(before, R_OK) == 0;
	return OK;
}

enum err
own_settings_before(struct ctx *c, struct own_settings *out)
{
	const char *before = "", *text = "";

	*out = (struct own_settings){0};
	TRY(path_of(c, ".before", &before));
	if (access(before, R_OK) != 0)
		return fail(c, E_MISSING, NULL);
	TRY(read_text(c, before, &text));
	take_text(c, out, text);
	out->can_undo = true;
	return OK;
}

static enum err
write_text(struct ctx *c, const char *path, const char *text)
{
	const char *fresh = arena_fmt(&c->arena, "%s.new", path);
	int fd = open(
		fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0640);
	size_t n = strlen(text);

	if (fd < 0)
		return fail(c, E_BUG, "%s: %m", fresh);
	bool good = write(fd, text, n) == (ssize_t)n && fsync(fd) == 0;
	good = close(fd) == 0 && good;
	if (!good || rename(fresh, path) != 0)
		return fail(c, E_BUG, "%s: %m", path);
	return OK;
}

static void
add(struct buf *out, const char *name, const char *value)
{
	const char *dot = strchr(name, '.');

	if (dot != NULL)
		buf_fmt(out, "[%.*s]\n%s = %s\n", (int)(dot - name), name, dot + 1,
			value);
}

enum err
own_settings_set(struct ctx *c, const struct own_settings *now, const char *name,
	const char *value)
{
	const char *path = "", *before = "", *old = "";
	struct buf out = {.arena = &c->arena};

	TRY(path_of(c, "", &path));
	TRY(path_of(c, ".before", &before));
	TRY(read_text(c, path, &old));
	buf_add(&out, "# Written by the console.\n");
	for (size_t i = 0; i < now->count; i++)
		if (!str_eq(now->list[i].name, name))
			add(&out, now->list[i].name, now->list[i].value);
	if (value != NULL)
		add(&out, name, value);
	TRY(write_text(c, before, old));
	return write_text(c, path, buf_text(&out));
}

enum err
own_settings_undo(struct ctx *c)
{
	const char *path = "", *before = "", *old = "", *text = "";

	TRY(path_of(c, "", &path));
	TRY(path_of(c, ".before", &before));
	if (access(before, R_OK) != 0)
		return fail(c, E_MISSING, NULL);
	TRY(read_text(c, path, &old));
	TRY(read_text(c, before, &text));
	TRY(write_text(c, before, old));
	return write_text(c, path, text);
}
