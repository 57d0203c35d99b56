/* Members of a body that nobody reads, though whoever sends them believes that they
 * hold. */
#include <ctype.h>
#include <string.h>

#include "base/field.h"
#include "base/json.h"
#include "base/str.h"
#include "storage/storage.h"

enum promise { PROMISE_TIME, PROMISE_PASSWORD, PROMISE_COUNT };

static const char *const file_words[] = {
	[PROMISE_TIME] =
		"is not known: a file stays until it is deleted; its links may "
		"have a lifetime",
	[PROMISE_PASSWORD] =
		"is not known: a file has no password; its links may have one",
	[PROMISE_COUNT] = "is not known: a file may be downloaded any number of times"};

/* Part of a name, or all of it; without its hyphens, underscores and capitals. */
static const struct {
	const char *word;
	bool whole;
	enum promise promise;
} names[] = {{"expir", false, PROMISE_TIME}, {"lifetime", false, PROMISE_TIME},
	{"lifespan", false, PROMISE_TIME}, {"timetolive", false, PROMISE_TIME},
	{"ttl", true, PROMISE_TIME}, {"maxage", true, PROMISE_TIME},
	{"validuntil", false, PROMISE_TIME}, {"validfor", false, PROMISE_TIME},
	{"validto", true, PROMISE_TIME}, {"until", true, PROMISE_TIME},
	{"deadline", true, PROMISE_TIME}, {"deleteafter", false, PROMISE_TIME},
	{"validity", false, PROMISE_TIME}, {"duration", false, PROMISE_TIME},
	{"days", true, PROMISE_TIME}, {"hours", true, PROMISE_TIME},
	{"minutes", true, PROMISE_TIME}, {"seconds", true, PROMISE_TIME},
	{"password", false, PROMISE_PASSWORD}, {"passwd", false, PROMISE_PASSWORD},
	{"passphrase", false, PROMISE_PASSWORD}, {"passcode", false, PROMISE_PASSWORD},
	{"pass", true, PROMISE_PASSWORD}, {"pwd", true, PROMISE_PASSWORD},
	{"pin", true, PROMISE_PASSWORD}, {"secret", true, PROMISE_PASSWORD},
	{"maxdownloads", false, PROMISE_COUNT}, {"downloadlimit", false, PROMISE_COUNT},
	{"maxuses", true, PROMISE_COUNT}, {"singleuse", true, PROMISE_COUNT},
	{"accesscount", false, PROMISE_COUNT}, {"accesslimit", false, PROMISE_COUNT},
	{"onetime", true, PROMISE_COUNT}, {"once", true, PROMISE_COUNT}};

static const char *
plain(struct ctx *c, const char *name)
{
	char *out = arena_str(&c->arena, name), *to = out;

	for (const char *from = name; *from != '\0'; from++)
		if (*from != '_' && *from != '-')
			*to++ = (char)tolower((unsigned char)*from);
	*to = '\0';
	return out;
}

static bool
is_known(const struct field *fields, const char *name)
{
	for (; fields->name != NULL; fields++)
		if (str_eq(fields->name, name))
			return true;
	return false;
}

/* What a file cannot do, NULL: its name promises nothing. */
static const char *
promised(struct ctx *c, const char *name)
{
	const char *text = plain(c, name);

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (names[i].whole ? str_eq(text, names[i].word)
				   : strstr(text, names[i].word) != NULL)
			return file_words[names[i].promise];
	return NULL;
}

/* Null and false promise nothing. */
static bool
says_something(struct json_object *value)
{
	return value != NULL && !(json_object_is_type(value, json_type_boolean) &&
					!json_object_get_boolean(value));
}

enum err
storage_promise_check(struct req *r, const struct field *fields, const char *words)
{
	struct ctx *c = &r->ctx;
	struct json_object *json = NULL;

	if (r->body_size == 0 || json_read(c, r->body, r->body_size, &json) != OK ||
		!json_object_is_type(json, json_type_object))
		return c->err;
	struct json_object_iterator i = json_object_iter_begin(json),
				    end = json_object_iter_end(json);
	for (; !json_object_iter_equal(&i, &end); json_object_iter_next(&i)) {
		const char *name = json_object_iter_peek_name(&i), *wrong = words;

		if (!says_something(json_object_iter_peek_value(&i)) ||
			is_known(fields, name))
			continue;
		if (wrong == NULL && (wrong = promised(c, name)) == NULL)
			continue;
		field_error_add(c, (struct field_error){.place = "body",
					   .field = arena_str(&c->arena, name),
					   .kind = FIELD_ERROR_EXTRA,
					   .words = wrong});
	}
	return c->err;
}
