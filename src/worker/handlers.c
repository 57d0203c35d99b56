#include "worker/handlers.h"

#include <string.h>

#include "account/account_job.h"
#include "cards/batch.h"
#include "cards/certificate.h"
#include "cards/drawing.h"
#include "cards/member_card.h"
#include "cards/publish.h"
#include "cards/round.h"
#include "messenger/sync.h"
#include "messenger/upload.h"
#include "people/picture_job.h"
#include "programme/bot.h"
#include "programme/day.h"
#include "programme/intake.h"
#include "programme/likeness.h"
#include "programme/person.h"
#include "programme/photo_files.h"
#include "programme/review.h"
#include "programme/shift.h"
#include "storage/ask_job.h"
#include "storage/copy_job.h"
#include "storage/reconcile.h"
#include "storage/storage_job.h"
#include "store/store_job.h"

static job_handler job_nothing_job;

static const struct {
	const char *kind;
	job_handler *handler;
} handlers[] = {
#define JOB(name, function, tries, lease, priority, flags) {name, function},
#include "job/jobs.def"
#undef JOB
};

/* For measuring the queue itself. */
static enum err
job_nothing_job(struct ctx *c, const struct job *job)
{
	(void)c;
	(void)job;
	return OK;
}

job_handler *
handler_of(const char *kind)
{
	for (size_t i = 0; i < sizeof(handlers) / sizeof(*handlers); i++)
		if (strcmp(handlers[i].kind, kind) == 0)
			return handlers[i].handler;
	return NULL;
}
