#ifndef STORAGE_JOB_H
#define STORAGE_JOB_H

#include "job/job.h"

/* store.event: tells the files what has happened to an object of the embedded store;
 * subject: the event's id. */
enum err storage_event_job(struct ctx *c, const struct job *job);

/*
 * upload.look: asks the server itself whether an announced upload has come, in case its
 * event is lost or it sends none; again and again, ever more seldom, while the link
 * lives. Subject: the version.
 */
enum err upload_look_job(struct ctx *c, const struct job *job);

/*
 * copy.check: asks a server whether it has an object, and takes its answer for the
 * truth. Subject: server/key; a key that is none of ours is left alone.
 */
enum err copy_check_job(struct ctx *c, const struct job *job);

/* copy.spread: orders the copies that a version lacks in its zone; subject: the
 * version. */
enum err copy_spread_job(struct ctx *c, const struct job *job);

/* copy.make: copies a version to a server, from the server nearest to that; subject:
 * version/server. */
enum err copy_make_job(struct ctx *c, const struct job *job);

/* copy.remove: removes a doomed object; subject: version/server. Waits while the server
 * is off. */
enum err copy_remove_job(struct ctx *c, const struct job *job);

/* server.fill: orders what a server lacks and what is to go from it; subject: the
 * server. */
enum err server_fill_job(struct ctx *c, const struct job *job);

/* storage.sweep: gives up uploads that never came; orders anew whatever is still to be
 * done. */
enum err storage_sweep_job(struct ctx *c, const struct job *job);

#endif
