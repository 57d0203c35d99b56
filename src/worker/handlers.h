#ifndef WORKER_HANDLERS_H
#define WORKER_HANDLERS_H

#include "job/job.h"

/* Does one job. Any error puts the job back, to be tried again later. */
typedef enum err job_handler(struct ctx *c, const struct job *job);

/* The function of jobs.def that does this kind, NULL if there is none. */
job_handler *handler_of(const char *kind);

#endif
