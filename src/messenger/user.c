#include "messenger/user.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/conf.h"
#include "base/str.h"
#include "db/db.h"

#include "messenger/user.sql.h"

const FIELDS(user_fields, FIELD(struct user, uuid), FIELD(struct user, id),
	FIELD(struct user, nickname), FIELD(struct user, email),
	FIELD(struct user, email_verified), FIELD(struct user, description),
	FIELD(struct user, profile_image), FIELD(struct user, created_at),
	FIELD(struct user, modified_at));

enum err
user_get(struct ctx *c, int64_t account_id, struct user *out)
{
	return db_one(c, &USER_GET, user_fields, out, ARGS(c, account_id));
}

enum err
user_add(struct ctx *c, int64_t account_id, const char *nickname)
{
	TRY(db_do(c, &USER_INSERT, ARGS(c, account_id, nickname, c->now)));
	return db_do(c, &USER_FIRST_PROFILE, ARGS(c, account_id, nickname, c->now));
}

struct missing {
	const char *nickname;
};

static FIELDS(missing_fields, FIELD(struct missing, nickname));

enum err
user_ensure(struct ctx *c, int64_t account_id)
{
	struct missing missing = {0};
	bool found;

	TRY(db_maybe(c, &USER_MISSING, missing_fields, &missing, &found,
		ARGS(c, account_id)));
	return found ? user_add(c, account_id, missing.nickname) : OK;
}

enum err
user_by_name(struct ctx *c, const char *username, int64_t *account_id)
{
	return db_int(c, &USER_BY_NAME, account_id, ARGS(c, username));
}

static enum err
is_taken(struct ctx *c, const struct db_stmt *s, const char *text, bool *taken)
{
	int64_t found;

	TRY(db_int(c, s, &found, ARGS(c, text)));
	*taken = found > 0;
	return OK;
}

enum err
user_nickname_taken(struct ctx *c, const char *nickname, bool *taken)
{
	return is_taken(c, &USER_NICKNAME_TAKEN, nickname, taken);
}

enum err
user_email_taken(struct ctx *c, const char *email, bool *taken)
{
	return is_taken(c, &USER_EMAIL_TAKEN, email, taken);
}

enum err
user_change(struct ctx *c, int64_t account_id, const char *nickname,
	const char *private, const char *description)
{
	return db_do(c, &USER_CHANGE,
		ARGS(c, account_id, nickname, private, description, c->now));
}

enum err
user_hide(struct ctx *c, int64_t account_id, int64_t by)
{
	return db_do(c, &USER_HIDE, ARGS(c, account_id, by, c->now));
}

enum err
user_is_first(struct ctx *c, bool *first)
{
	int64_t some = 1;

	if (conf.messenger_first_admin)
		TRY(db_int(c, &USER_ACCOUNTS, &some, ARGS(c)));
	if (some == 0) {
		TRY(db_do(c, &USER_LOCK_FIRST, ARGS(c)));
		TRY(db_int(c, &USER_ACCOUNTS, &some, ARGS(c)));
	}
	*first = some == 0;
	return OK;
}

enum err
user_crown(struct ctx *c, int64_t account_id)
{
	return db_do(c, &USER_CROWN, ARGS(c, account_id, c->now));
}

/* -- rules */

static bool
is_one_of_theirs(const char *password, const char *text)
{
	return text != NULL && strcasecmp(password, text) == 0;
}

const char *
user_password_fault(const char *password, const char *username, const char *email,
	const char *nickname)
{
	bool lower = false, upper = false, digit = false, mark = false, other = false;

	if (utf8_count(password) < 8)
		return "TOO_SHORT";
	if (utf8_count(password) > 1024)
		return "TOO_LONG";
	for (const char *s = password; *s != '\0'; s++) {
		unsigned char u = (unsigned char)*s;

		lower = lower || islower(u);
		upper = upper || isupper(u);
		digit = digit || isdigit(u);
		mark = mark || (u < 0x80 && ispunct(u));
		other = other || u >= 0x80 || !isgraph(u);
	}
	if (lower + upper + digit + mark < 2)
		return "NEED_MORE_CHAR_TYPE";
	if (other)
		return "FORBIDDEN_CHAR";
	return is_one_of_theirs(password, username) ||
			       is_one_of_theirs(password, email) ||
			       is_one_of_theirs(password, nickname)
		       ? "PW_REUSED_ON_ID_EMAIL_NICK"
		       : NULL;
}

const char *
user_name_fault(const char *username, const char *more)
{
	int64_t n = utf8_count(username);

	if (n < 4)
		return "TOO_SHORT";
	if (n > 48)
		return "TOO_LONG";
	for (const char *s = username; *s != '\0'; s++)
		if ((unsigned char)*s >= 0x80 ||
			(!isalnum((unsigned char)*s) && strchr(more, *s) == NULL))
			return "FORBIDDEN_CHAR";
	return NULL;
}

/* -- devices */

struct word {
	const char *in, *family; /* "": anything */
};

static const char *
first_in(const char *user_agent, const struct word *words)
{
	while (words->in[0] != '\0' && strcasestr(user_agent, words->in) == NULL)
		words++;
	return words->family;
}

/* The order counts: many an agent names others for old sites' sake. */
const char *
agent_family(struct arena *a, const char *user_agent)
{
	static const struct word systems[] = {{"Windows Phone", "windows-phone"},
		{"Android", "android"}, {"iPhone", "ios"}, {"iPad", "ios"},
		{"iPod", "ios"}, {"Windows", "windows"}, {"CrOS", "chromeos"},
		{"Macintosh", "macos"}, {"Darwin", "ios"}, {"Linux", "linux"},
		{"", "other"}};
	static const struct word browsers[] = {{"Dalvik", "phone"}, {"okhttp", "phone"},
		{"Edg", "edge"}, {"OPR", "opera"}, {"SamsungBrowser", "samsung"},
		{"Whale", "whale"}, {"YaBrowser", "yandex"}, {"Firefox", "firefox"},
		{"FxiOS", "firefox"}, {"CriOS", "chrome"}, {"Chrome", "chrome"},
		{"Safari", "safari"}, {"CFNetwork", "phone"}, {"", "other"}};
	static const struct word devices[] = {{"iPad", "tablet"}, {"Tablet", "tablet"},
		{"Mobile", "mobile"}, {"Dalvik", "mobile"}, {"iPhone", "mobile"},
		{"okhttp", "mobile"}, {"CFNetwork", "mobile"}, {"Android", "tablet"},
		{"", "pc"}};
	const char *system = first_in(user_agent, systems),
		   *browser = first_in(user_agent, browsers);

	/* The application's own words say nothing of the device's size. */
	if (str_eq(browser, "phone") && str_eq(system, "android"))
		return "mobile android phone";
	return arena_fmt(a, "%s %s %s", first_in(user_agent, devices), system, browser);
}
