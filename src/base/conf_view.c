/* The settings by their names, one or all: as operators and the console see them. */
#include <stdio.h>
#include <string.h>

#include "base/conf.h"
#include "base/setting.h"

#define VALUE_MOST 3000 /* bytes of a value that the console sets */

/* "section.key", n bytes of it -> the setting. */
static const struct setting *
by_name(const char *name, size_t n)
{
	for (const struct setting *s = settings; s < settings + SETTINGS; s++) {
		size_t section = strlen(s->section), key = strlen(s->key);

		if (n == section + 1 + key && strncmp(name, s->section, section) == 0 &&
			name[section] == '.' &&
			strncmp(name + section + 1, s->key, key) == 0)
			return s;
	}
	return NULL;
}

bool
conf_is_default(const char *name)
{
	const struct setting *s = by_name(name, strlen(name));

	return s != NULL && strcmp(conf_in_force.from[s - settings], "default") == 0;
}

const char *
conf_text(const char *name, size_t n)
{
	const struct setting *s = by_name(name, n);
	const char *value = NULL;

	if (s != NULL && s->type == TEXT)
		value = *(const char *const *)((const char *)&conf + s->offset);
	return value == NULL ? "" : value;
}

const char *
conf_refuse(const char *name, const char *value)
{
	const struct setting *s = by_name(name, strlen(name));
	struct conf saved = conf;
	const char *why;

	if (s == NULL)
		return "there is no such setting";
	if (!setting_is_own(s))
		return "it needs a restart";
	for (const char *p = value; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || *p == 127)
			return "must be one line";
	if (strlen(value) > VALUE_MOST || value[0] == ' ' || value[0] == '@')
		return "cannot be such a text";
	if (!setting_read(&conf, s, value, &why)) {
		conf = saved;
		return why;
	}
	bool good = conf_fits();
	conf = saved;
	return good ? NULL : "does not fit the others";
}

void
conf_print(FILE *out)
{
	for (size_t i = 0; i < SETTINGS; i++) {
		const struct setting *s = &settings[i];
		const char *value = conf_in_force.value[i];

		if ((s->flags & SECRET) != 0 && value[0] != '\0' && value[0] != '@')
			value = "********";
		fprintf(out, "%s.%s = %s  # %s\n", s->section, s->key, value,
			conf_in_force.from[i]);
	}
}

void
conf_each(void (*each)(void *to, const struct conf_entry *e), void *to)
{
	for (size_t i = 0; i < SETTINGS; i++) {
		const struct setting *s = &settings[i];
		bool secret = (s->flags & SECRET) != 0;
		char least[SETTING_NUMBER], most[SETTING_NUMBER];
		const struct conf_entry e = {.section = s->section,
			.key = s->key,
			.value = secret ? NULL : conf_in_force.value[i],
			.def = secret ? NULL : s->def,
			.below = secret ? NULL : conf_in_force.below[i],
			.from = conf_in_force.from[i],
			.unit = s->unit,
			.meaning = s->meaning,
			.least = s->words != NULL || (s->least == 0 && s->most == 0)
					 ? NULL
					 : setting_number(least, s->type, s->least),
			.most = s->words != NULL || s->most == 0
					? NULL
					: setting_number(most, s->type, s->most),
			.words = s->type == BOOL ? "true false" : s->words,
			.is_secret = secret,
			.is_set = conf_in_force.value[i][0] != '\0',
			.is_own = conf_in_force.below[i] != NULL,
			.restarts = !setting_is_own(s)};

		each(to, &e);
	}
}

static void
print_meaning(FILE *out, const struct setting *s)
{
	const char *bounds = setting_bounds(s);

	fprintf(out, "# %s%s%s%s%s%s%s\n", s->meaning, bounds[0] == '\0' ? "" : "; ",
		bounds, s->unit[0] == '\0' ? "" : " [", s->unit,
		s->unit[0] == '\0' ? "" : "]",
		(s->flags & RELOAD) != 0 ? " (SIGHUP)" : "");
}

void
conf_print_env(FILE *out)
{
	char own[80];

	fputs("# Every setting of Samovar. What stands behind # is the default.\n",
		out);
	for (size_t i = 0; i < SETTINGS; i++) {
		const struct setting *s = &settings[i];
		size_t n = strcspn(s->env, " ");

		setting_env_name(s, own, sizeof(own));
		fputc('\n', out);
		print_meaning(out, s);
		if (s->env[0] != '\0')
			fprintf(out, "# also: %s\n",
				n == strlen(s->env) ? own : s->env);
		fprintf(out, "#%.*s=%s\n", n == 0 ? (int)sizeof(own) : (int)n,
			n == 0 ? own : s->env, s->def);
	}
}

void
conf_print_file(FILE *out)
{
	const char *section = "";

	fputs("# Every setting of Samovar. What stands behind # is the default.\n",
		out);
	for (size_t i = 0; i < SETTINGS; i++) {
		const struct setting *s = &settings[i];

		if (strcmp(section, s->section) != 0)
			fprintf(out, "\n[%s]\n", s->section);
		section = s->section;
		print_meaning(out, s);
		fprintf(out, "#%s = %s\n", s->key, s->def);
	}
}
