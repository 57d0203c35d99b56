/* samovarctl setup: from a fresh installation to the first sign-in. */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/conf.h"
#include "base/str.h"
#include "cli/commands.h"
#include "cli/setup.h"
#include "db/db.h"
#include "net/authority.h"
#include "storage/server.h"

#include "cli/setup.sql.h"

#define SERVICE_USER "samovar"

/* What depends on the community and has no default that would do: option, question,
 * name in the env file, value in force, further condition. */
static const struct asked {
	const char *option, *question, *name;
	const char *const *value;
	bool secret;
} asked[] = {
	{"url", "Address that people use (https://...)", "APPLICATION_URL",
		&conf.site_url, false},
	{"time-zone", "Time zone of the programme (Europe/Moscow)", "TIME_ZONE",
		&conf.site_time_zone, false},
	{"mail-from", "Sender of mails, and contact address", "ORGANIZATIONS_EMAIL",
		&conf.mail_from, false},
	{"group-url", "Page of the community", "ORGANIZATIONS_GROUP",
		&conf.programme_group_url, false},
	{"mail-server", "SMTP server (- for none: mails become files)", "MAIL_SERVER",
		&conf.mail_server, false},
	{"mail-login", "Account at the SMTP server (- for none)", "MAIL_LOGIN",
		&conf.mail_login, false},
	{"mail-password", "Its password (- for none)", "MAIL_PASSWORD",
		&conf.mail_password, true},
	{"bot-token", "Token of the Telegram bot (- for none: messages become files)",
		"BOT_TOKEN", &conf.bot_token, true},
};

/* The answer: the option's, what is typed, or the default; "-" is nothing. */
static const char *
answer(struct call *call, const char *option, const char *question, const char *def)
{
	const char *given = call_arg(call, option);
	char line[1024];

	if (given == NULL && !call_flag(call, "yes")) {
		fprintf(stderr, "%s%s%s%s: ", question, def[0] == '\0' ? "" : " [", def,
			def[0] == '\0' ? "" : "]");
		if (fgets(line, sizeof(line), stdin) != NULL) {
			line[strcspn(line, "\r\n")] = '\0';
			given = arena_str(&call->ctx.arena, line);
		}
	}
	if (given == NULL || given[0] == '\0')
		return def;
	return str_eq(given, "-") ? "" : given;
}

static const char *
answer_secret(struct call *call, const struct asked *q)
{
	const char *given = call_arg(call, q->option);

	if (given == NULL && !call_flag(call, "yes"))
		given = call_secret(
			call, arena_fmt(&call->ctx.arena, "%s%s", q->question,
				      (*q->value)[0] == '\0' ? "" : " [as it is]"));
	if (given == NULL || given[0] == '\0')
		return *q->value;
	return str_eq(given, "-") ? "" : given;
}

static enum err
check(struct call *call, const struct asked *q, const char *value)
{
	struct ctx *c = &call->ctx;
	struct authority address;

	if (strpbrk(value, "\r\n\"'") != NULL)
		return fail(
			c, E_INPUT, "%s: no quotation marks or line breaks", q->option);
	if (str_eq(q->option, "url") && !authority_of_url(&c->arena, value, &address))
		return fail(c, E_INPUT, "url: http://host or https://host[:port]");
	if (str_eq(q->option, "time-zone") &&
		(value[0] == '/' || strstr(value, "..") != NULL || value[0] == '\0' ||
			access(arena_fmt(&c->arena, "/usr/share/zoneinfo/%s", value),
				R_OK) != 0))
		return fail(c, E_INPUT, "time-zone: none that this machine knows: %s",
			value);
	if (str_eq(q->option, "mail-from") && strchr(value, '@') == NULL)
		return fail(c, E_INPUT, "mail-from: not an address: %s", value);
	return OK;
}

/* The lines of the file that do not set any of the names. */
static void
keep_others(FILE *old, FILE *out, const bool *set)
{
	char line[4096];

	while (fgets(line, sizeof(line), old) != NULL) {
		bool ours = false;

		for (size_t i = 0; i < sizeof(asked) / sizeof(*asked); i++) {
			size_t n = strlen(asked[i].name);

			ours = ours ||
			       (set[i] && strncmp(line, asked[i].name, n) == 0 &&
				       line[n] == '=');
		}
		if (!ours)
			fputs(line, out);
	}
}

/* Whole or not at all, with the owner and the mode of the file before. */
static enum err
write_file(
	struct call *call, const char *path, const char *const *values, const bool *set)
{
	struct ctx *c = &call->ctx;
	const char *beside = arena_fmt(&c->arena, "%s.new", path);
	struct stat st = {.st_mode = 0600, .st_uid = geteuid(), .st_gid = getegid()};
	FILE *old = fopen(path, "re"), *out;

	if (old != NULL)
		fstat(fileno(old), &st);
	mode_t mask = umask(077);
	out = fopen(beside, "we");
	umask(mask);
	if (out == NULL) {
		if (old != NULL)
			fclose(old);
		return fail(c, E_INPUT, "%s: %s", path, strerror(errno));
	}
	if (old != NULL) {
		keep_others(old, out, set);
		fclose(old);
	}
	for (size_t i = 0; i < sizeof(asked) / sizeof(*asked); i++)
		if (set[i])
			fprintf(out, "%s=%s\n", asked[i].name, values[i]);
	bool good = fflush(out) == 0 && fsync(fileno(out)) == 0 &&
		    fchmod(fileno(out), st.st_mode & 0777) == 0 &&
		    fchown(fileno(out), st.st_uid, st.st_gid) == 0;
	if (fclose(out) != 0 || !good || rename(beside, path) != 0)
		return fail(c, E_INPUT, "%s: %s", path, strerror(errno));
	return OK;
}

enum err
setup_settings_cmd(struct call *call)
{
	const char *path = conf_env_file();
	const char *values[sizeof(asked) / sizeof(*asked)];
	bool set[sizeof(asked) / sizeof(*asked)], any = false;

	if (path == NULL)
		return fail(&call->ctx, E_INPUT,
			"say which file: samovarctl --env FILE setup");
	for (size_t i = 0; i < sizeof(asked) / sizeof(*asked); i++) {
		const struct asked *q = &asked[i];

		values[i] = q->secret ? answer_secret(call, q)
				      : answer(call, q->option, q->question, *q->value);
		set[i] = !str_eq(values[i], *q->value);
		any = any || set[i];
		if (set[i])
			TRY(check(call, q, values[i]));
	}
	if (!any) {
		puts("settings are as they were");
		return OK;
	}
	TRY(write_file(call, path, values, set));
	printf("wrote %s: restart the programs\n", path);
	return OK;
}

static enum err
add_administrator(struct call *call)
{
	struct ctx *c = &call->ctx;
	struct account a = {.role = "administrator", .is_superuser = true};
	int64_t count;

	TRY(db_int(c, &SETUP_ADMINISTRATORS, &count, ARGS(c)));
	if (count > 0) {
		puts("there is an administrator");
		return OK;
	}
	a.email = answer(call, "admin", "E-mail of the first administrator", "");
	a.username = answer(call, "admin-name", "User name", "admin");
	a.name = answer(call, "first-name", "First name", "");
	a.surname = answer(call, "surname", "Surname", "");
	if (a.email[0] == '\0')
		return fail(
			c, E_INPUT, "an administrator needs an e-mail: --admin EMAIL");
	return account_make_asked(call, &a, true);
}

static enum err
read_city(struct call *call, struct server *s)
{
	struct ctx *c = &call->ctx;
	struct authority site = {0};
	const char *at;

	authority_of_url(&c->arena, conf.site_url, &site);
	s->name = answer(call, "city", "Name of the first city (- for none)", "main");
	if (s->name[0] == '\0')
		return OK;
	s->host = answer(call, "city-host", "Its S3 server: host that browsers reach",
		site.host == NULL ? "" : site.host);
	if (!int_read(answer(call, "city-port", "Port", "9001"), &s->port) ||
		s->port < 1 || s->port > 65535 || !authority_host_valid(s->host) ||
		!server_name_valid(s->name))
		return fail(c, E_INPUT,
			"city: a name of letters, digits, _ and -, a host, "
			"a port");
	s->location = answer(call, "city-location", "Place, for people", s->name);
	s->zone = answer(call, "city-zone", "Zone: its cities hold each other's files",
		s->location);
	at = answer(call, "city-at", "Latitude,longitude", "0,0");
	if (sscanf(at, "%lf,%lf", &s->latitude, &s->longitude) != 2 ||
		s->latitude < -90 || s->latitude > 90 || s->longitude < -180 ||
		s->longitude > 180)
		return fail(c, E_INPUT, "city-at: 55.75,37.62");
	return OK;
}

static enum err
add_city(struct call *call)
{
	struct ctx *c = &call->ctx;
	struct server s = {.is_on = true, .is_active = true};
	int64_t count;

	TRY(db_int(c, &SETUP_SERVERS, &count, ARGS(c)));
	if (count > 0) {
		puts("there is an S3 server");
		return OK;
	}
	TRY(read_city(call, &s));
	if (s.name[0] == '\0')
		return OK;
	TRY(server_add(c, &s));
	printf("city %s at %s:%lld\n", s.name, s.host, (long long)s.port);
	return OK;
}

/* PostgreSQL knows the user of the programs, not root (peer authentication). */
static enum err
become_service(struct ctx *c)
{
	struct passwd entry, *user = NULL;
	char names[4096];

	if (geteuid() != 0 ||
		getpwnam_r(SERVICE_USER, &entry, names, sizeof(names), &user) != 0 ||
		user == NULL)
		return OK;
	if (initgroups(user->pw_name, user->pw_gid) != 0 || setgid(user->pw_gid) != 0 ||
		setuid(user->pw_uid) != 0)
		return fail(c, E_BUG, "cannot become %s: %s", SERVICE_USER,
			strerror(errno));
	return OK;
}

enum err
setup_cmd(struct call *call)
{
	const char *path = conf_env_file();
	struct ctx *c = &call->ctx;

	if (path != NULL && access(path, W_OK) == 0)
		TRY(setup_settings_cmd(call));
	else
		printf("settings: %s cannot be written by this user\n",
			path == NULL ? "no .env file" : path);
	TRY(become_service(c));
	if (db_open(c->db) != OK)
		return fail(c, E_BUSY,
			"no database to go on with: \"samovarctl doctor\" "
			"tells more");
	TRY(add_administrator(call));
	TRY(add_city(call));
	return doctor_cmd(call);
}
