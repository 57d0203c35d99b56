#ifndef STORAGE_JOB_H
#define STORAGE_JOB_H

#include "job/job.h"

/* store.event: tells the files what has happened to an object of the embedded store;
 * subject: the event's id. */
enum err storage_event_job(struct ctx *c, const struct job *job);

/* copy.replicate: orders the copies that a version lacks in its zone; subject: the
 * version. */
enum err copy_replicate_job(struct ctx *c, const struct job *job);

/* server.prepare: notes whether it answers, makes the bucket and, if
 * storage.notification_arn is set, has its events sent there; subject: the server. */
enum err server_prepare_job(struct ctx *c, const struct job *job);

/* server.resync: orders what a server lacks and what is to go from it; of one that is
 * deleted all goes, and then it. Subject: the server. */
enum err server_resync_job(struct ctx *c, const struct job *job);

/* storage.sweep: gives up uploads that never came; orders anew whatever is still to be
 * done. */
enum err storage_sweep_job(struct ctx *c, const struct job *job);

#endif
