/* samovar-worker: a parent and the processes that do background work. */
#include "base/conf.h"
#include "base/parent.h"
#include "base/program.h"
#include "db/db.h"
#include "worker/jobs.h"
#include "worker/sender.h"

static int
process(int slot)
{
	/* The last one sends to Telegram; all others take jobs. */
	return slot < conf.worker_processes ? jobs_run(slot) : sender_run();
}

int
main(int argc, char **argv)
{
	program_start("samovar-worker", argc, argv);

	struct db *db = db_new("samovar-worker");
	enum err e = db_open(db);
	db_close(db);
	if (e == E_BUG || !conf_check_server())
		return 1;
	parent_run((int)conf.worker_processes + 1, process, NULL);
	return 0;
}
