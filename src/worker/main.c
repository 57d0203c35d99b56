/* samovar-worker: a parent and the processes that do background work. */
#include "base/conf.h"
#include "base/parent.h"
#include "base/program.h"
#include "db/db.h"
#include "worker/jobs.h"

static int
process(int slot)
{
	return jobs_run(slot);
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
	parent_run((int)conf.worker_processes, process, NULL);
	return 0;
}
