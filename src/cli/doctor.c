#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/conf.h"
#include "base/fence.h"
#include "cache/cache.h"
#include "cli/commands.h"
#include "db/db.h"
#include "net/smtp_account.h"
#include "health/health.h"
#include "image/image.h"
#include "image/probe.h"
#include "net/fcm.h"

struct findings {
	int bad;
};

static void
good(const char *what)
{
	printf("ok    %s\n", what);
}

static void
bad(struct findings *f, const char *what, const char *do_this)
{
	printf("WRONG %s\n      %s\n", what, do_this);
	f->bad++;
}

static void
check_database(struct call *call, struct findings *f)
{
	enum err e = db_open(call->ctx.db);

	if (e == E_BUSY) {
		bad(f, "no connection to PostgreSQL",
			"check db.host, db.port, db.name, db.user, db.password; is it "
			"running?");
		return;
	}
	if (e != OK) {
		bad(f, "the schema does not fit this program",
			"run: samovarctl migrate up");
		return;
	}
	good("PostgreSQL answers and has what the statements need");
	if (fence_is_up())
		bad(f, "this installation is fenced: a copy that calls nothing outside",
			"see: samovarctl installation show");
	else
		good("this installation is live");
	struct health_finding *found;
	size_t count;
	health_ask(&call->ctx, &found, &count);
	for (size_t i = 0; i < count; i++) {
		if (found[i].wrong == NULL)
			good(found[i].well);
		else
			bad(f, found[i].wrong, found[i].advice);
	}
}

static void
check_folder(struct findings *f, const char *setting, const char *path)
{
	char line[600];

	if (access(path, W_OK | X_OK) == 0)
		return;
	snprintf(line, sizeof(line), "%s: %s cannot be written", setting, path);
	bad(f, line, "make the folder and give it to the user that runs the programs");
}

/* Inside the sandbox no file can be opened, not even one that everybody may read. */
static void
check_pictures(struct call *call, struct findings *f)
{
	struct ctx *c = &call->ctx;
	struct image_answer answer;
	int64_t number = 0;

	enum err e = image_probe(c, PROBE_OPEN, 0, &answer, &number);
	ctx_clear_error(c);
	if (e == OK && number == -EACCES)
		good("pictures are opened in a sandbox");
	else
		bad(f, "pictures cannot be opened in a sandbox",
			"is libexec/samovar/samovar-image installed, and does the "
			"kernel allow seccomp filters?");
}

/* Defaults that are one community's: another one would write in its name. */
static void
check_defaults(struct findings *f)
{
	static const char *const theirs[] = {
		"mail.from", "programme.group_url", "site.time_zone"};
	char line[200];

	if (!conf.site_production)
		return;
	for (size_t i = 0; i < sizeof(theirs) / sizeof(*theirs); i++) {
		if (!conf_is_default(theirs[i]))
			continue;
		snprintf(line, sizeof(line),
			"%s has not been set: its default is another community's",
			theirs[i]);
		bad(f, line,
			"run: samovarctl setup; or set it to say that it is right");
	}
}

/* The service account can be read, and gets a token. */
static void
check_push(struct call *call, struct findings *f)
{
	struct ctx *c = &call->ctx;
	struct fcm_account account;
	struct http_body answer;
	const char *token;
	int64_t seconds;
	long status;

	if (!fcm_is_on() || fence_is_up())
		return;
	if (fcm_account_read(c, &account) != OK) {
		bad(f, c->why,
			"get the service account's file from the Firebase console");
	} else {
		const char *why =
			http_run(fcm_token_handle(c, &account, &answer), &status);
		if (why == NULL &&
			fcm_token_read(c, status, &answer, &token, &seconds) == OK)
			good("Firebase gives a token for pushes");
		else
			bad(f, why != NULL ? why : c->why,
				"pushes wait until Firebase takes the service account "
				"of "
				"push.certificate");
	}
	ctx_clear_error(c);
}

enum err
doctor_cmd(struct call *call)
{
	struct findings f = {0};

	if (conf_check_server())
		good("settings can be read and the token key is strong");
	else
		bad(&f, "the settings have errors, see above",
			"samovarctl conf shows what is in force");
	check_defaults(&f);
	check_database(call, &f);
	if (cache_up(call->ctx.cache))
		good("Redis answers");
	else
		bad(&f, "Redis does not answer",
			"all works without it, slower and without rate limits; "
			"check redis.socket or redis.host");
	if (access(conf.fcgi_socket, W_OK) == 0)
		good("the FastCGI socket is there");
	else
		bad(&f, "no FastCGI socket at fcgi.socket", "is samovar-fcgi running?");
	check_pictures(call, &f);
	if (!smtp_account_any())
		check_folder(&f, "mail.directory", conf.mail_directory);
	if (conf.bot_token[0] == '\0')
		check_folder(&f, "bot.directory", conf.bot_directory);
	check_push(call, &f);
	call->ctx.err = OK;
	return f.bad == 0 ? OK : fail(&call->ctx, E_CONFLICT, "%d found wrong", f.bad);
}
