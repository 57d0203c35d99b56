#include "base/conf_older.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/db_url.h"

static bool
minutes_to_seconds(const char *value, char *out, size_t size)
{
	char *end;
	long minutes = strtol(value, &end, 10);

	snprintf(out, size, "%ld", minutes * 60);
	return end != value && *end == '\0' && minutes >= 1 && minutes <= 1440;
}

#define URL_PIECE(name_, which_)                                                       \
	static bool name_(const char *value, char *out, size_t size)                   \
	{                                                                              \
		return db_url_piece(value, which_, out, size);                         \
	}
URL_PIECE(url_user, URL_USER)
URL_PIECE(url_password, URL_PASSWORD)
URL_PIECE(url_host, URL_HOST)
URL_PIECE(url_port, URL_PORT)
URL_PIECE(url_name, URL_NAME)
#define URL_FORM                                                                       \
	"postgresql://user:password@host:port/name; a SQLite file is not taken, "      \
	"because scripts/run brings a PostgreSQL with it"

/* The older server's mails come from there. */
static bool
sender_of(const char *value, char *out, size_t size)
{
	if (value[0] == '\0') {
		out[0] = '\0';
		return true;
	}
	return strpbrk(value, " @<>\r\n") == NULL &&
	       (size_t)snprintf(out, size, "do-not-reply@%s", value) < size;
}

const struct conf_older conf_older[] = {
	{"ACCESS_TOKEN_EXPIRE_MINUTES", "token", "access_lifetime", NULL,
		minutes_to_seconds, "whole minutes, 1 to 1440"},
	{"DB_URL", "db", "user", NULL, url_user, URL_FORM},
	{"DB_URL", "db", "password", NULL, url_password, URL_FORM},
	{"DB_URL", "db", "host", NULL, url_host, URL_FORM},
	{"DB_URL", "db", "port", NULL, url_port, URL_FORM},
	{"DB_URL", "db", "name", NULL, url_name, URL_FORM},
	{"MAIL_DOMAIN", "mail", "from", NULL, sender_of, "a domain"},
	{"MODE", "site", "test_mode", "TEST", NULL, NULL},
	{"MODE", "site", "production", "PROD", NULL, NULL},
};

const size_t conf_older_count = sizeof(conf_older) / sizeof(*conf_older);
