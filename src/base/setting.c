#include "base/setting.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/str.h"

const struct setting settings[SETTINGS] = {
#define SETTING(s, k, t, d, e, f, u, ...)                                              \
	{.section = #s,                                                                \
		.key = #k,                                                             \
		.type = t,                                                             \
		.def = d,                                                              \
		.env = e,                                                              \
		.flags = f,                                                            \
		.unit = u,                                                             \
		.offset = offsetof(struct conf, s##_##k),                              \
		.meaning = __VA_ARGS__},
#include "base/settings.def"
#undef SETTING
};

/* Texts live as long as the program. */
static struct arena kept;

char *
setting_trimmed(char *s)
{
	while (isspace((unsigned char)*s))
		s++;
	for (size_t n = strlen(s); n > 0 && isspace((unsigned char)s[n - 1]);)
		s[--n] = '\0';
	return s;
}

void
setting_env_name(const struct setting *s, char *out, size_t size)
{
	snprintf(out, size, "SAMOVAR_%s_%s", s->section, s->key);
	for (; *out != '\0'; out++)
		*out = (char)toupper((unsigned char)*out);
}

/* A secret may stand in a file of its own: "@/run/credentials/..." */
static const char *
secret_from_file(const char *value)
{
	char text[16384]; /* several PEM keys */
	FILE *f = fopen(value + 1, "re");

	if (f == NULL)
		return NULL;
	size_t n = fread(text, 1, sizeof(text) - 1, f);
	fclose(f);
	text[n] = '\0';
	char *clean = setting_trimmed(text);
	return arena_str(&kept, clean);
}

/* A lifetime counts in seconds. */
static bool
in_range(enum type type, int64_t n)
{
	return type == PORT       ? n >= 1 && n <= 65535
	       : type == HOUR     ? n >= 0 && n <= 23
	       : type == LIFETIME ? n >= 1
				  : n >= 0;
}

static bool
number_read(const char *text, enum type type, int64_t *out)
{
	static const struct {
		enum type type;
		char letter;
		int64_t times;
	} units[] = {{SECONDS, 's', 1}, {SECONDS, 'm', 60}, {SECONDS, 'h', 3600},
		{SECONDS, 'd', 86400}, {BYTES, 'k', 1024}, {BYTES, 'm', 1048576},
		{BYTES, 'g', 1073741824}};
	char *end;

	errno = 0;
	*out = strtoll(text, &end, 10);
	if (end == text || errno != 0)
		return false;
	if (*end == '\0')
		return true;
	if (type == LIFETIME)
		type = SECONDS;
	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++)
		if (type == units[i].type &&
			tolower((unsigned char)*end) == units[i].letter &&
			end[1] == '\0') {
			return !__builtin_mul_overflow(*out, units[i].times, out);
		}
	return false;
}

static bool
bool_read(const char *text, bool *out)
{
	static const char *const yes[] = {"true", "1", "yes", "on"};
	static const char *const no[] = {"false", "0", "no", "off", ""};

	for (size_t i = 0; i < sizeof(yes) / sizeof(*yes); i++)
		if (strcasecmp(text, yes[i]) == 0) {
			*out = true;
			return true;
		}
	for (size_t i = 0; i < sizeof(no) / sizeof(*no); i++)
		if (strcasecmp(text, no[i]) == 0) {
			*out = false;
			return true;
		}
	return false;
}

const char *
setting_number(char out[SETTING_NUMBER], enum type type, int64_t n)
{
	static const struct {
		enum type type;
		const char *letter;
		int64_t times;
	} units[] = {{LIFETIME, "h", 3600}, {SECONDS, "h", 3600}, {LIFETIME, "m", 60},
		{SECONDS, "m", 60}, {BYTES, "g", 1073741824}, {BYTES, "m", 1048576},
		{BYTES, "k", 1024}};

	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++)
		if (n != 0 && units[i].type == type && n % units[i].times == 0) {
			snprintf(out, SETTING_NUMBER, "%lld%s",
				(long long)(n / units[i].times), units[i].letter);
			return out;
		}
	snprintf(out, SETTING_NUMBER, "%lld", (long long)n);
	return out;
}

const char *
setting_bounds(const struct setting *s)
{
	if (s->words != NULL)
		return arena_fmt(&kept, "one of: %s", s->words);
	if (s->least == 0 && s->most == 0)
		return "";
	char least[SETTING_NUMBER], most[SETTING_NUMBER];
	setting_number(least, s->type, s->least);
	return s->most == 0 ? arena_fmt(&kept, "%s at least", least)
			    : arena_fmt(&kept, "%s to %s", least,
				      setting_number(most, s->type, s->most));
}

static bool
in_bounds(const struct setting *s, const void *member)
{
	if (s->words != NULL) {
		const char *word = *(const char *const *)member;

		return word[0] != '\0' && str_in(word, s->words);
	}
	if (s->least == 0 && s->most == 0)
		return true;
	int64_t n = *(const int64_t *)member;
	return n >= s->least && (s->most == 0 || n <= s->most);
}

bool
setting_read(
	struct conf *out, const struct setting *s, const char *value, const char **why)
{
	void *member = (char *)out + s->offset;
	bool good = true;

	*why = "";
	if ((s->flags & SECRET) != 0 && value[0] == '@') {
		value = secret_from_file(value);
		good = value != NULL;
	} else if (s->type == BOOL) {
		good = bool_read(value, member);
	} else if (s->type != TEXT) {
		good = number_read(value, s->type, member) &&
		       in_range(s->type, *(int64_t *)member);
	}
	if (!good) {
		*why = s->unit[0] == '\0'
			       ? "cannot be read"
			       : arena_fmt(&kept, "cannot be read, expected: %s",
					 s->unit);
		return false;
	}
	if (s->type == TEXT)
		*(const char **)member = value;
	if (in_bounds(s, member))
		return true;
	*why = arena_fmt(&kept, "must be %s", setting_bounds(s));
	return false;
}

bool
setting_is_own(const struct setting *s)
{
	return (s->flags & RELOAD) != 0 && (const char **)((char *)&conf + s->offset) !=
						   &conf.console_settings_file;
}
