#ifndef COPY_JOB_H
#define COPY_JOB_H

#include "job/job.h"

/*
 * copy.make: streams a version to a server, from the server nearest to that which is
 * alive; in parts, which are resumed, above storage.part_bytes. Subject:
 * version/server.
 */
enum err copy_make_job(struct ctx *c, const struct job *job);

/* copy.remove: removes a doomed object; subject: version/server. Waits while the server
 * is off or down, and for another copy if it is the last of a live file. */
enum err copy_remove_job(struct ctx *c, const struct job *job);

#endif
