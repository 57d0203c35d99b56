#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/conf.h"
#include "base/fence.h"
#include "cache/cache.h"
#include "cli/commands.h"
#include "db/db.h"
#include "sched/timer.h"

#include "cli/doctor.sql.h"

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
	struct ctx *c = &call->ctx;
	enum err e = db_open(c->db);
	const char *text;

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
	good("PostgreSQL answers and its schema fits");
	if (fence_is_up())
		bad(f, "this installation is fenced: a copy that calls nothing outside",
			"see: samovarctl installation show");
	else
		good("this installation is live");
	if (db_json(c, &DOCTOR_QUEUE, &text, ARGS(c)) == OK && text != NULL)
		bad(f, text,
			"see: samovarctl jobs list --state parked; is samovar-worker "
			"running?");
	else
		good("the job queue moves");
	if (db_json(c, &DOCTOR_TIMERS, &text, ARGS(c, SCHEDULER_LOCK)) == OK &&
		text != NULL)
		bad(f, text, "is samovar-scheduler running?");
	else
		good("the scheduler is alive");
	if (db_json(c, &DOCTOR_OUTBOX, &text, ARGS(c)) == OK && text != NULL)
		bad(f, text,
			"check bot.token and bot.api_url, and the log of "
			"samovar-worker");
	else
		good("messages to Telegram go out");
	if (db_json(c, &DOCTOR_FILES, &text, ARGS(c)) == OK && text != NULL)
		bad(f, text,
			"see: samovarctl storage files --lost; bring the disk that had "
			"them back, or its files from a backup");
	else
		good("every file is somewhere");
	if (db_json(c, &DOCTOR_STAFF, &text, ARGS(c)) == OK && text != NULL)
		bad(f, text,
			"run: samovarctl account add <email> --role administrator");
	else
		good("there is an administrator");
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

enum err
doctor_cmd(struct call *call)
{
	struct findings f = {0};

	if (conf_check_server())
		good("settings can be read and the token key is strong");
	else
		bad(&f, "the settings have errors, see above",
			"samovarctl conf shows what is in force");
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
	if (conf.mail_server[0] == '\0')
		check_folder(&f, "mail.directory", conf.mail_directory);
	if (conf.bot_token[0] == '\0')
		check_folder(&f, "bot.directory", conf.bot_directory);
	call->ctx.err = OK;
	return f.bad == 0 ? OK : fail(&call->ctx, E_CONFLICT, "%d found wrong", f.bad);
}
