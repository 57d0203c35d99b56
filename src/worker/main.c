/* samovar-worker: a parent and the processes that do background work. */
#include "base/conf.h"
#include "base/log.h"
#include "base/prefork.h"
#include "base/program.h"
#include "db/db.h"
#include "image/image.h"
#include "net/fcm.h"
#include "worker/consumer.h"
#include "worker/jobs.h"
#include "worker/listener.h"
#include "worker/prober.h"
#include "worker/pusher.h"
#include "worker/scrubber.h"
#include "worker/sender.h"

static int
process(int slot)
{
	/* Behind those that take jobs: one opens pictures, one sends to Telegram, one
	 * listens to it, one asks the S3 servers how they are, one reads what the
	 * embedded store keeps, one sends pushes to phones, one listens to the broker.
	 */
	static int (*const others[])(void) = {image_serve, sender_run, listener_run,
		prober_run, scrubber_run, pusher_run, consumer_run};

	prefork_ready();
	return slot < conf.worker_processes
		       ? jobs_run(slot)
		       : others[slot - (int)conf.worker_processes]();
}

/* Whoever has set a service account wants pushes to arrive. */
static bool
certificate_is_good(void)
{
	struct fcm_account account;
	struct ctx c;

	if (!fcm_is_on())
		return true;
	ctx_start(&c, NULL, NULL);
	bool good = fcm_account_read(&c, &account) == OK;
	if (!good)
		log_error("%s", c.why);
	ctx_end(&c);
	return good;
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
	if (!certificate_is_good())
		return 1;
	int others = conf.rabbitmq_host[0] == '\0' ? 6 : 7;
	image_prepare();
	prefork_run((int)conf.worker_processes + others, process, NULL);
	return 0;
}
